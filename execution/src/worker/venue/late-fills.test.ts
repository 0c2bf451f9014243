import { TransientError, type OrderId } from '@heliograph/contracts';
import { createSilentLogger } from '@heliograph/contracts/service';
import { someSettings } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import type { Broker } from '../../brokers/broker.ts';
import { createExchangeBroker } from '../../paper/exchange-broker.ts';
import { aPortfolio } from '../../testing/a-portfolio.ts';
import { aClock } from '../../testing/clocks.ts';
import { createTrouble } from '../trouble.ts';
import { createLateFills } from './late-fills.ts';

const nowMs = Date.UTC(2026, 0, 5, 0, 1);

/** Looks for fills of orders that have ended unfilled, at a venue that says what it is told to. */
function looking(
  portfolio: ReturnType<typeof aPortfolio>,
  say: (id: OrderId) => Promise<undefined> = async () => undefined,
) {
  const clock = aClock(nowMs);
  let asked: OrderId[] = [];
  const broker: Broker = {
    ...createExchangeBroker(someSettings()),
    refresh: async () => undefined,
    async reportsOf({ id }) {
      asked.push(id);
      return say(id);
    },
  };
  const trouble = createTrouble(createSilentLogger());
  const lateFills = createLateFills({ journal: portfolio, broker, clock, trouble });
  const look = async (all = false): Promise<OrderId[]> => {
    asked = [];
    (await lateFills.look({ all })).booked();
    return asked;
  };
  return { clock, look };
}

function unfilled(portfolio: ReturnType<typeof aPortfolio>, id: string, atMs = nowMs): OrderId {
  const orderId = portfolio.intend({ id, atMs });
  portfolio.report({ type: 'cancelled', orderId, reason: 'NOT_SENT', detail: '' });
  return orderId;
}

test('an order that has ended is asked about again whenever it is twice as old, for a quarter of an hour', async () => {
  const portfolio = aPortfolio();
  unfilled(portfolio, 'one', nowMs - 10_000);
  const { clock, look } = looking(portfolio);
  const ages: number[] = [];
  for (let ageMs = 10_000; ageMs < 1_200_000; ageMs += 30_000) {
    if ((await look()).length > 0) ages.push(ageMs / 1_000);
    clock.pass(30_000);
  }
  expect(ages).toEqual([10, 40, 100, 220, 460, 910]);
});

test('however many have ended, ten are asked about at once, all of them in turn, and all at first', async () => {
  const portfolio = aPortfolio();
  const ended = Array.from({ length: 25 }, (_, at) => unfilled(portfolio, String(at)));
  const first = looking(portfolio);
  expect(new Set(await first.look(true))).toEqual(new Set(ended));
  const { clock, look } = looking(portfolio);
  const parts: OrderId[][] = [];
  for (let times = 0; times < 3; times++) {
    clock.pass(1_000);
    parts.push(await look());
  }
  expect(parts.map(({ length }) => length)).toEqual([10, 10, 10]);
  expect(parts[0], 'the latest first').toEqual(ended.slice(15).toReversed());
  expect(new Set(parts.flat())).toEqual(new Set(ended));
});

test('one that the venue says nothing of is asked about again, and holds up none of the others', async () => {
  const portfolio = aPortfolio();
  const silent = unfilled(portfolio, 'silent', nowMs - 60_000);
  const others = Array.from({ length: 10 }, (_, at) =>
    unfilled(portfolio, String(at), nowMs - 60_000),
  );
  const { clock, look } = looking(portfolio, async (id) => {
    if (id === silent) throw new TransientError('VENUE_NO_ANSWER', 'nonsense');
    return undefined;
  });
  await look(true);
  clock.pass(1_000);
  expect(await look()).toEqual([silent]);
  clock.pass(60_000);
  expect((await look()).toSorted()).toEqual(others.toSorted());
});

test('what was only held here is asked about by nobody', async () => {
  const portfolio = aPortfolio();
  const orderId = portfolio.intend();
  portfolio.report({ type: 'accepted', orderId, venueOrderId: 'held' });
  portfolio.report({ type: 'cancelled', orderId, reason: 'POSITION_CLOSED', detail: '' });
  const { look } = looking(portfolio);
  expect(await look(true)).toEqual([]);
});

test('an order that is dated ahead, as by a clock that was set back since, is as old as it was when it was seen', async () => {
  const portfolio = aPortfolio();
  unfilled(portfolio, 'one', nowMs + 3_600_000);
  const { clock, look } = looking(portfolio);
  expect(await look()).toHaveLength(1);
  clock.pass(899_000);
  expect(await look()).toHaveLength(1);
  clock.pass(1_000);
  expect(await look(), 'for the last time').toHaveLength(1);
  clock.pass(900_000);
  expect(await look()).toEqual([]);
});
