import { Big, type OrderId, type PortfolioSettings } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { expect, test } from 'vitest';
import type { OrderRequest } from '../brokers/broker.ts';
import type { Draft } from '../decision/draft.ts';
import { triggered } from '../decision/order-events.ts';
import { createExchangeBroker } from '../paper/exchange-broker.ts';
import { aPortfolio, someSettings } from '../testing/a-portfolio.ts';
import { createDispatcher } from './dispatcher.ts';
import { createJournal } from './journal.ts';
import { createTrouble } from './trouble.ts';

const log = createSilentLogger();
const nowMs = (): number => Date.UTC(2026, 0, 5);
const moment = { timeMs: nowMs() };

/** A worker on a venue that takes an id twice and keeps market orders only. */
function worker(bus: Bus, settings: PortfolioSettings) {
  const sent: OrderRequest[] = [];
  const journal = createJournal({
    bus,
    name: 'paper',
    source: 'test',
    nowMs,
    marketSequence: () => undefined,
    log,
  });
  const broker = {
    ...createExchangeBroker(settings),
    orderTypes: ['market'] as const,
    placementWindowMs: 5_000,
    async place(order: OrderRequest) {
      sent.push(order);
      return { status: 'taken' } as const;
    },
  };
  const dispatcher = createDispatcher({ journal, broker, nowMs, trouble: createTrouble(log) });
  const write = async (events: readonly Draft[]): Promise<void> => {
    await journal.catchUp();
    expect(await journal.tryWrite(events)).toBe(true);
    dispatcher.written(events);
  };
  return { journal, dispatcher, write, sent };
}

/** A stop, as the journal has it after the portfolio was opened. */
function aHeldStop(): { id: OrderId; events: Draft[] } {
  const portfolio = aPortfolio();
  const id = portfolio.intend({ side: 'sell' });
  const events = portfolio.events.map((event): Draft => {
    if (event.type !== 'order_intended') return event;
    const stop = {
      orderType: 'stop',
      role: 'stop_loss',
      stopPrice: event.data.referencePrice,
    } as const;
    return { ...event, data: { ...event.data, ...stop, expiryTime: '9999-12-31T23:59:59.999Z' } };
  });
  return { id, events };
}

test('an order that is held here is sent by whoever has triggered it, and by nobody else', async () => {
  const server = createMemoryServer();
  const settings = someSettings();
  const [one, other] = [worker(server.connect(), settings), worker(server.connect(), settings)];
  const { id, events } = aHeldStop();
  await one.write(events);
  await other.journal.catchUp();
  await other.dispatcher.carryOut(moment);
  const order = other.journal.state.orders.get(id);
  if (!order) throw new Error('the other one does not know the order');
  expect(order.isHeld).toBe(true);
  await other.write([triggered(other.journal.state, order, { ...moment, price: new Big('90') })]);
  await other.dispatcher.carryOut(moment);
  await one.journal.catchUp();
  await one.dispatcher.carryOut(moment);
  expect([one.sent.length, other.sent.length]).toEqual([0, 1]);
});

test('workers that find out at once that they hold an order say so once', async () => {
  const server = createMemoryServer();
  const settings = someSettings();
  const workers = [worker(server.connect(), settings), worker(server.connect(), settings)];
  const { id, events } = aHeldStop();
  await workers[0]?.write(events);
  await workers[1]?.journal.catchUp();
  await Promise.all(workers.map(({ dispatcher }) => dispatcher.carryOut(moment)));
  for (const { journal } of workers) {
    await journal.catchUp();
    expect(journal.state.orders.get(id)?.status).toBe('accepted');
    expect(journal.count).toBe(events.length + 1);
  }
});

test('whoever was held up until the venue would refuse its order does not send it any more', async () => {
  const { journal, dispatcher, write, sent } = worker(
    createMemoryServer().connect(),
    someSettings(),
  );
  const { id, events } = aHeldStop();
  await write(events);
  await dispatcher.carryOut(moment);
  const order = journal.state.orders.get(id);
  if (!order) throw new Error('the order is not there');
  const timeMs = nowMs() - 5_000;
  await write([triggered(journal.state, order, { timeMs, price: new Big('90') })]);
  await dispatcher.carryOut(moment);
  expect(sent).toEqual([]);
  expect(journal.state.endedOrders.has(id), 'it is given up, so another may follow').toBe(true);
});
