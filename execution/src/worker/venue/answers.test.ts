import { OrderId, TransientError } from '@heliograph/contracts';
import { createSilentLogger } from '@heliograph/contracts/service';
import { someSettings } from '@heliograph/contracts/testing';
import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../clock.ts';
import { aClock } from '../../testing/clocks.ts';
import type { Broker, OrderReference, Report } from '../../brokers/broker.ts';
import type { Order } from '../../decision/state/order.ts';
import { createExchangeBroker } from '../../paper/exchange-broker.ts';
import { aPortfolio } from '../../testing/a-portfolio.ts';
import { createAnswers } from './answers.ts';
import { createTrouble } from '../trouble.ts';

function accepted(orderId: OrderReference['id']): Report[] {
  return [{ type: 'accepted', orderId, timeMs: 0, sequence: 1, venueOrderId: '1' }];
}

/** Two open orders, and a venue that answers as it is told. */
function asking(answer: (order: OrderReference) => Promise<void>) {
  const portfolio = aPortfolio();
  const first = portfolio.intend({ id: 'first' });
  const second = portfolio.intend({ id: 'second' });
  const asked: string[] = [];
  const broker: Broker = {
    ...createExchangeBroker(someSettings()),
    async refresh([order]) {
      if (!order) return;
      asked.push(order.id);
      await answer(order);
    },
    reportsOf: async ({ id }) => accepted(id),
  };
  const trouble = createTrouble(createSilentLogger());
  const answers = createAnswers({ broker, clock: systemClock, trouble });
  const orders = [...portfolio.state.orders.values()];
  const ask = async (which = orders) =>
    (await answers.reportsOf(which)).map(({ orderId }) => orderId);
  return { answers, ask, asked, first, second };
}

test('one that the venue fails to answer for is silent, the other one is answered', async () => {
  const it = { fails: true };
  const { answers, ask, first, second } = asking(async ({ id }) => {
    if (it.fails && id === first) throw new TransientError('VENUE_NO_ANSWER', 'nonsense');
  });
  expect(await ask()).toEqual([second]);
  const silence = answers.silent.get(first);
  expect(silence?.error.message).toBe(`no answer about order ${first} in BTC/USDT: nonsense`);
  expect([...answers.silent.keys()]).toEqual([first]);
  await ask();
  expect(answers.silent.get(first)?.sinceMs, 'since the first time').toBe(silence?.sinceMs);
  it.fails = false;
  expect(await ask()).toEqual([first, second]);
  expect(answers.silent.size).toBe(0);
});

test('an answer that hangs is waited for once, and taken when it has come', async () => {
  vi.useFakeTimers();
  try {
    const hanging = Promise.withResolvers<void>();
    const { answers, ask, asked, first, second } = asking(({ id }) =>
      id === first ? hanging.promise : Promise.resolve(),
    );
    const asking1 = ask();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await asking1).toEqual([second]);
    const asking2 = ask();
    await vi.advanceTimersByTimeAsync(250);
    expect(await asking2, 'not for that long again').toEqual([second]);
    expect(asked.filter((id) => id === first)).toHaveLength(1);
    const asking3 = ask();
    hanging.resolve();
    expect(await asking3).toEqual([first, second]);
    expect(answers.silent.size).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('one that is not asked about any more is not silent, and a bug is not silence', async () => {
  const { answers, ask, first } = asking(async ({ id }) => {
    if (id === first) throw new TransientError('VENUE_NO_ANSWER', 'nonsense');
  });
  await ask();
  await ask([]);
  expect(answers.silent.size).toBe(0);
  const broken = asking(async () => {
    throw new Error('a bug');
  });
  await expect(broken.ask()).rejects.toThrow('a bug');
});

test('an answer that comes when nobody waits any more is heard the next time', async () => {
  vi.useFakeTimers();
  try {
    let tookMs = 3_000;
    const { ask } = asking(async () => {
      const ms = tookMs;
      await new Promise((resolve) => setTimeout(resolve, ms));
    });
    const heard: number[] = [];
    for (let second = 0; second < 8; second++) {
      const asked = ask();
      await vi.advanceTimersByTimeAsync(2_500);
      heard.push((await asked).length);
      // Longer than a silent order is waited for.
      tookMs = 400;
    }
    expect(heard[0]).toBe(0);
    expect(heard.slice(2)).toEqual(Array(6).fill(2));
  } finally {
    vi.useRealTimers();
  }
});

test('what a venue tells whose clock is ahead has happened by now, all else when it says', async () => {
  const portfolio = aPortfolio();
  const orderId = portfolio.intend();
  const nowMs = Date.UTC(2026, 0, 5, 1);
  const [report] = accepted(orderId);
  if (!report) throw new Error('nothing is told');
  const told = [nowMs - 5, nowMs + 3_600_000].map((timeMs): Report => ({ ...report, timeMs }));
  const broker: Broker = {
    ...createExchangeBroker(someSettings()),
    refresh: async () => undefined,
    reportsOf: async () => told,
  };
  const trouble = createTrouble(createSilentLogger());
  const answers = createAnswers({ broker, clock: aClock(nowMs), trouble });
  const heard = await answers.reportsOf([...portfolio.state.orders.values()]);
  expect(heard.map(({ timeMs }) => timeMs)).toEqual([nowMs - 5, nowMs]);
});

/** An order that waits for the market, and a venue that counts how often it is asked about it. */
function resting(change: Partial<Order> = {}, whileAsked: () => void = () => undefined) {
  const portfolio = aPortfolio();
  const id = portfolio.intend();
  const [order] = portfolio.state.orders.values();
  if (!order) throw new Error('there is no order');
  const clock = aClock();
  let asked = 0;
  const broker: Broker = {
    ...createExchangeBroker(someSettings()),
    refresh: async () => undefined,
    async reportsOf() {
      asked++;
      whileAsked();
      return accepted(id);
    },
  };
  const trouble = createTrouble(createSilentLogger());
  const answers = createAnswers({ broker, clock, trouble });
  const rests: Order = { ...order, type: 'limit', status: 'accepted', ...change };
  /** How often the venue was asked. */
  const ask = async (): Promise<number> => {
    expect(await answers.reportsOf([rests])).toMatchObject([{ type: 'accepted', orderId: id }]);
    return asked;
  };
  return { answers, ask, clock, id };
}

describe('an order that rests at the venue', () => {
  test('is asked about every five seconds, and told as it was in between', async () => {
    const { ask, clock } = resting();
    const counts: number[] = [];
    for (let second = 0; second < 12; second++) {
      counts.push(await ask());
      clock.pass(1_000);
    }
    expect(counts).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3]);
  });

  test('is asked about when something hints that it does no more', async () => {
    const { answers, ask, id } = resting();
    await ask();
    answers.hint(OrderId.parse('h234567'));
    expect(await ask(), 'another one').toBe(1);
    answers.hint(id);
    expect(await ask()).toBe(2);
    answers.hint('any');
    expect(await ask()).toBe(3);
  });

  test('is asked about again when the hint comes while it is asked about', async () => {
    const venue = { hints: (): void => undefined };
    const { answers, ask, id } = resting({}, () => venue.hints());
    venue.hints = () => answers.hint(id);
    await ask();
    venue.hints = () => undefined;
    expect(await ask()).toBe(2);
    expect(await ask()).toBe(2);
  });
});

test.each<[string, Partial<Order>]>([
  ['leaves at once', { type: 'market' }],
  ['was held here and goes out as a market order', { type: 'stop', triggeredMs: 1 }],
  ['does not wait', { timeInForce: 'IOC' }],
  ['is filled whole or not at all', { timeInForce: 'FOK' }],
  ['is on its way', { status: 'intended' }],
  ['may be there or not', { status: 'unknown' }],
  [
    'is taken back',
    { cancellation: { timeMs: 0, reason: 'CANCEL_REQUESTED', detail: '', leave: false } },
  ],
  ['has ended, and may be filled late', { status: 'cancelled' }],
])('an order that %s is asked about each time', async (_, change) => {
  const { ask } = resting(change);
  expect([await ask(), await ask()]).toEqual([1, 2]);
});

test.each(['has come late', 'has not come yet'])(
  'what is hinted at is asked about anew, also where an older answer %s',
  async (which) => {
    vi.useFakeTimers();
    try {
      const portfolio = aPortfolio();
      const orderId = portfolio.intend();
      const [order] = portfolio.state.orders.values();
      if (!order) throw new Error('there is no order');
      const rests: Order = { ...order, type: 'limit', status: 'accepted' };
      const fill = {
        fillId: '1',
        quantity: '1',
        price: '100',
        fee: '0',
        liquidity: 'taker',
      } as const;
      const filled: Report = {
        type: 'filled',
        orderId,
        timeMs: 1,
        sequence: 2,
        ...fill,
        complete: true,
      };
      const hanging = Promise.withResolvers<void>();
      const venue: { reports: Report[]; answered: Promise<void> } = {
        reports: accepted(orderId),
        answered: hanging.promise,
      };
      const broker: Broker = {
        ...createExchangeBroker(someSettings()),
        refresh: async () => undefined,
        async reportsOf() {
          const { reports, answered } = venue;
          await answered;
          return reports;
        },
      };
      const trouble = createTrouble(createSilentLogger());
      const answers = createAnswers({ broker, clock: systemClock, trouble });
      const first = answers.reportsOf([rests]);
      await vi.advanceTimersByTimeAsync(2_000);
      expect(await first).toEqual([]);
      if (which === 'has come late') hanging.resolve();
      await vi.advanceTimersByTimeAsync(0);
      venue.reports = [...venue.reports, filled];
      venue.answered = Promise.resolve();
      answers.hint(orderId);
      const second = answers.reportsOf([rests]);
      hanging.resolve();
      await vi.advanceTimersByTimeAsync(250);
      expect((await second).map(({ type }) => type)).toEqual(['accepted', 'filled']);
    } finally {
      vi.useRealTimers();
    }
  },
);
