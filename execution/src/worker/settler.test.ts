import { PositiveDecimal, TransientError, type OrderId } from '@heliograph/contracts';
import { createMemoryServer } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { someSettings } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import type { Broker, OrderRequest } from '../brokers/broker.ts';
import { createExchangeBroker } from '../paper/exchange-broker.ts';
import { aPortfolio } from '../testing/a-portfolio.ts';
import { createAnswers } from './venue/answers.ts';
import { createDispatcher } from './venue/dispatcher.ts';
import { createJournal } from './journal.ts';
import { createSerial } from './serial.ts';
import { createSettler } from './settler.ts';
import { createTrouble } from './trouble.ts';

const marketSequence = (): undefined => undefined;
const isSilent = (): boolean => false;

/** A live worker at a venue where one operation takes longer than any order is good for. */
function atSlowVenue(slow: 'place' | 'cancel') {
  const it = { nowMs: Date.UTC(2026, 0, 5, 0, 0, 10), isSlow: false, givenUp: 0 };
  const nowMs = (): number => it.nowMs;
  const clock = { nowMs, steadyMs: nowMs };
  const log = createSilentLogger();
  const taken = new Map<OrderId, OrderRequest>();
  const hang = (operation: typeof slow): void => {
    if (!it.isSlow || operation !== slow) return;
    it.isSlow = false;
    it.nowMs += 10_000;
    throw new TransientError('TIMEOUT', 'no answer in time');
  };
  const broker: Broker = {
    ...createExchangeBroker(someSettings()),
    placementWindowMs: 5_000,
    async place(order) {
      hang('place');
      it.nowMs += 100;
      taken.set(order.id, order);
      return { status: 'taken' };
    },
    cancel: async () => hang('cancel'),
    async abandon({ id, timeMs }) {
      if (++it.givenUp > 20) throw new Error('orders are given up without end');
      it.nowMs += 100;
      return it.nowMs > timeMs + 7_000 && !taken.has(id);
    },
    refresh: async () => undefined,
    reportsOf: async ({ id }) =>
      taken.has(id)
        ? [{ type: 'accepted', orderId: id, timeMs: it.nowMs, sequence: 1, venueOrderId: '1' }]
        : undefined,
  };
  const bus = createMemoryServer().connect();
  const journal = createJournal({ bus, name: 'paper', source: 'test', nowMs, marketSequence, log });
  const trouble = createTrouble(log);
  const answers = createAnswers({ broker, clock, trouble });
  const inTurn = createSerial();
  const dispatcher = createDispatcher({ journal, broker, isSilent, inTurn, clock, trouble });
  const settler = createSettler({
    journal,
    broker,
    paper: undefined,
    answers,
    dispatcher,
    isLive: true,
    marketSequence: () => 0,
    moment: (timeMs) => ({ timeMs }),
    clock,
  });
  return { it, journal, settler, taken };
}

function target(price: string, ratio = 1) {
  return { price: PositiveDecimal.parse(price), ratio };
}

test('a placement that hangs does not keep what follows from being sent, nor for ever', async () => {
  const { it, journal, settler, taken } = atSlowVenue('place');
  const portfolio = aPortfolio();
  const protection = { takeProfits: [target('105', 0.5), target('110', 0.5)] };
  const entry = portfolio.intend({ quantity: '2', protection });
  portfolio.fill(entry, '2');
  await journal.catchUp();
  await journal.tryWrite(portfolio.events);
  it.isSlow = true;
  await settler.settleOrders(it.nowMs);
  expect([...taken.values()].map(({ limitPrice }) => limitPrice)).toContain('110');
});

test('a cancel that hangs does not keep the protection of the next position from being sent', async () => {
  const { it, journal, settler, taken } = atSlowVenue('cancel');
  const portfolio = aPortfolio();
  const enter = (id: string, price: string): void => {
    const orderId = portfolio.intend({
      id,
      quantity: '1',
      protection: { takeProfits: [target(price)] },
    });
    portfolio.fill(orderId, '1');
  };
  enter('first', '105');
  await journal.catchUp();
  await journal.tryWrite(portfolio.events);
  await settler.settleOrders(it.nowMs);
  const known = portfolio.events.length;
  const orderId = portfolio.intend({ id: 'out', side: 'sell', quantity: '1' });
  portfolio.fill(orderId, '1');
  enter('second', '106');
  await journal.tryWrite(portfolio.events.slice(known));
  it.isSlow = true;
  await settler.settleOrders(it.nowMs);
  expect([...taken.values()].map(({ limitPrice }) => limitPrice)).toEqual(['105', '106']);
});
