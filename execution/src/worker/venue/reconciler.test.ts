import { SymbolName, TransientError, type OrderId } from '@heliograph/contracts';
import { createMemoryServer } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { someSettings } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../clock.ts';
import { aClock } from '../../testing/clocks.ts';
import type { Broker, Report } from '../../brokers/broker.ts';
import { reconcile } from '../../decision/venue/reconcile.ts';
import { settle } from '../../decision/settle.ts';
import { createExchangeBroker } from '../../paper/exchange-broker.ts';
import { aPortfolio, binance, btc } from '../../testing/a-portfolio.ts';
import { createJournal } from '../journal.ts';
import { createReconciler } from './reconciler.ts';
import { createTrouble } from '../trouble.ts';

const log = createSilentLogger();
const settings = someSettings();
const nowMs = (): number => Date.UTC(2026, 0, 5, 0, 1);

/** A comparison of a journal with a venue that tells of orders as it is told. */
async function comparing(
  portfolio: ReturnType<typeof aPortfolio>,
  reportsOf: (id: OrderId) => Report[],
  venue: Partial<Broker> = {},
  clock: Clock = aClock(nowMs()),
  answered: () => Promise<void> = async () => undefined,
) {
  const journal = createJournal({
    bus: createMemoryServer().connect(),
    name: 'paper',
    source: 'test',
    nowMs,
    marketSequence: () => undefined,
    log,
  });
  await journal.catchUp();
  expect(await journal.tryWrite(portfolio.events)).toBe(true);
  const broker: Broker = {
    ...createExchangeBroker(settings),
    reportsOf: async ({ id }) => reportsOf(id),
    ...venue,
  };
  const reconciler = createReconciler({
    journal,
    broker,
    settings,
    isNeeded: true,
    everyMs: 30_000,
    answered,
    async settleOrders() {
      for (const id of journal.state.orders.keys())
        for (const report of reportsOf(id))
          await journal.transact((state) => settle(state, report));
    },
    answers: { silent: new Map(), hint: () => undefined },
    clock,
    trouble: createTrouble(log),
  });
  return { journal, reconciler };
}

function fillOf(orderId: OrderId, timeMs = nowMs() - 1_000): Report {
  const fill = { fillId: '1', quantity: '1', price: '100', fee: '0' };
  return {
    type: 'filled',
    orderId,
    timeMs,
    sequence: 1,
    ...fill,
    liquidity: 'taker',
    complete: true,
  };
}

test('a fill after the end is booked and told, whatever is not answered beside it', async () => {
  const portfolio = aPortfolio();
  const silent = portfolio.intend({ id: 'silent' });
  const late = portfolio.intend({ id: 'late' });
  for (const orderId of [silent, late])
    portfolio.report({ type: 'cancelled', orderId, reason: 'NOT_SENT', detail: '' });
  const { journal, reconciler } = await comparing(portfolio, (id) => {
    if (id === silent) throw new TransientError('VENUE_NO_ANSWER', 'nonsense');
    return [fillOf(id)];
  });
  await reconciler.compare((task) => task());
  expect([...journal.state.positions.values()].map(({ quantity }) => quantity.toFixed())).toEqual([
    '1',
  ]);
  expect(journal.state.cash.toFixed()).toBe('9900');
  expect([...journal.state.incidents.keys()]).toEqual(['FILL_AFTER_END']);
  expect(journal.state.reconciled, 'the comparison goes on').toBeDefined();
  await reconciler.passGate();
});

test('prices and signals have their turn while the venue is asked what it has, and about orders that have ended', async () => {
  const portfolio = aPortfolio();
  const orderId = portfolio.intend();
  portfolio.report({ type: 'cancelled', orderId, reason: 'NOT_SENT', detail: '' });
  let isOurTurn = false;
  const askedInTurn: Record<string, boolean> = {};
  const asked = <T>(what: string, answer: T): T => {
    askedInTurn[what] = isOurTurn;
    return answer;
  };
  const { journal, reconciler } = await comparing(portfolio, () => asked('ended orders', []), {
    openOrders: async () => asked('open orders', []),
    balances: async () => asked('balances', []),
    positions: async () => asked('positions', undefined),
  });
  await reconciler.compare(async (task) => {
    isOurTurn = true;
    await task();
    isOurTurn = false;
  });
  expect(askedInTurn).toEqual({
    'ended orders': false,
    'open orders': false,
    balances: false,
    positions: false,
  });
  expect(journal.state.reconciled).toBeDefined();
});

/** A venue that takes its time to answer, while an order is placed there and filled. */
async function fillingMeanwhile(afterMs: number) {
  const clock = aClock(nowMs());
  const order = { venue: binance, symbol: btc, side: 'buy', type: 'limit' } as const;
  const quantities = { quantity: '1', filledQuantity: '0', limitPrice: '100', reduceOnly: false };
  const takenBack: OrderId[] = [];
  const place = await comparing(
    aPortfolio(),
    () => [],
    {
      async openOrders() {
        clock.pass(afterMs);
        const bought = aPortfolio();
        const id = bought.intend({ id: 'meanwhile', atMs: clock.nowMs() });
        const listed = { ...order, ...quantities, clientOrderId: id, venueOrderId: '9' };
        bought.report(fillOf(id, clock.nowMs()));
        for (const event of bought.events.slice(1))
          expect(await place.journal.tryWrite([event])).toBe(true);
        clock.pass(10_000);
        return [{ ...listed, timeMs: clock.nowMs() }];
      },
      balances: async () => [],
      positions: async () => undefined,
      cancel: async ({ id }) => void takenBack.push(id),
    },
    clock,
  );
  await place.reconciler.compare((task) => task());
  return { ...place, takenBack };
}

test('what is ordered, listed and filled while the venue is asked is no difference, and no stray', async () => {
  const { journal, takenBack } = await fillingMeanwhile(1_000);
  expect(journal.state.positions.size).toBe(1);
  expect(journal.state.reconciled?.found).toBe('[]');
  expect(takenBack).toEqual([]);
});

test('what another worker has asked later, and written down meanwhile, stands', async () => {
  const clock = aClock(nowMs());
  const portfolio = aPortfolio();
  portfolio.report({ ...fillOf(portfolio.intend()), timeMs: nowMs() - 30_000 });
  const { journal, reconciler } = await comparing(
    portfolio,
    () => [],
    {
      async balances() {
        clock.pass(8_000);
        const timeMs = clock.nowMs();
        const balances = [{ currency: 'BTC', free: '1', total: '1' }];
        const later = { openOrders: [], balances, positions: undefined, timeMs };
        await journal.transact((state) => reconcile(state, later).events);
        return [];
      },
      openOrders: async () => [],
      positions: async () => undefined,
    },
    clock,
  );
  await reconciler.compare((task) => task());
  expect(journal.state.reconciled).toEqual({ timeMs: nowMs() + 8_000, found: '[]' });
  expect(journal.state.disputed.size, 'the coins had come in meanwhile').toBe(0);
  await reconciler.passGate();
});

test('what the account has besides is learned while something else moves', async () => {
  const clock = aClock(nowMs());
  const portfolio = aPortfolio();
  portfolio.report({ ...fillOf(portfolio.intend({ id: 'in' })), timeMs: nowMs() - 60_000 });
  const lost = new Set<OrderId>();
  let asked = 0;
  const { journal, reconciler } = await comparing(
    portfolio,
    () => [],
    {
      async balances() {
        const other = aPortfolio();
        other.intend({ id: `other ${++asked}`, symbol: SymbolName.parse('ETH/USDT') });
        expect(await journal.tryWrite(other.events.slice(1))).toBe(true);
        return [{ currency: 'BTC', free: '3', total: '3' }];
      },
      openOrders: async () => [],
      positions: async () => undefined,
      isForgotten: ({ id }) => lost.has(id),
    },
    clock,
  );
  const compare = () => reconciler.compare((task) => task());
  await compare();
  const known = portfolio.events.length;
  const exit = portfolio.intend({ id: 'out', side: 'sell' });
  portfolio.report({ type: 'accepted', orderId: exit, venueOrderId: '7' });
  lost.add(exit);
  expect(await journal.tryWrite(portfolio.events.slice(known))).toBe(true);
  clock.pass(30_000);
  await compare();
  expect(
    journal.state.orders.get(exit)?.cancellation,
    'all that it was to sell is there',
  ).toMatchObject({ reason: 'UNRECONCILED' });
});

test('what the venue took a minute to say is held against nothing', async () => {
  const { journal, takenBack } = await fillingMeanwhile(70_000);
  expect(journal.state.positions.size).toBe(1);
  expect(journal.state.reconciled).toBeUndefined();
  expect(takenBack).toEqual([]);
});

test.each([300_000, 860_000])(
  'a late fill that was heard when the journal was away is booked once it is back: %i ms after its order',
  async (ageMs) => {
    const clock = aClock(nowMs());
    const portfolio = aPortfolio();
    const orderId = portfolio.intend({ atMs: nowMs() - ageMs });
    portfolio.report({ type: 'cancelled', orderId, reason: 'NOT_SENT', detail: '' });
    const it = { isFilled: false, isAway: false };
    const { journal, reconciler } = await comparing(
      portfolio,
      () => (it.isFilled ? [fillOf(orderId)] : []),
      {},
      clock,
      async () => {
        if (it.isAway) throw new TransientError('UNREACHABLE', 'the bus is away');
      },
    );
    const compare = () => reconciler.compare((task) => task());
    await compare();
    clock.pass(Math.min(ageMs, 900_000 - ageMs) + 5_000);
    it.isFilled = true;
    it.isAway = true;
    await compare();
    it.isAway = false;
    clock.pass(2_000);
    await compare();
    expect(journal.state.positions.size).toBe(1);
  },
);

test('thousands of orders of others are adopted, and let go, in as many steps as it takes', async () => {
  const facts = { venue: binance, symbol: btc, side: 'sell', type: 'limit' } as const;
  const quantities = { quantity: '1', filledQuantity: '0', limitPrice: '200', reduceOnly: false };
  let there = 2_500;
  const clock = aClock(nowMs());
  const { journal, reconciler } = await comparing(
    aPortfolio(),
    () => [],
    {
      openOrders: async () =>
        Array.from({ length: there }, (_, at) => ({
          ...facts,
          ...quantities,
          venueOrderId: String(at),
          timeMs: 0,
        })),
      balances: async () => [],
      positions: async () => undefined,
    },
    clock,
  );
  await reconciler.compare((task) => task());
  expect(journal.state.foreignOrders.size).toBe(2_500);
  expect(journal.state.reconciled?.timeMs).toBe(clock.nowMs());
  there = 3;
  clock.pass(30_000);
  await reconciler.compare((task) => task());
  expect(journal.state.foreignOrders.size).toBe(3);
  expect(journal.state.reconciled?.timeMs).toBe(clock.nowMs());
});

test('an order that ended long ago is not asked about any more', async () => {
  const portfolio = aPortfolio();
  const orderId = portfolio.intend({ atMs: nowMs() - 900_000 });
  portfolio.report({ type: 'cancelled', orderId, reason: 'NOT_SENT', detail: '' });
  const { journal, reconciler } = await comparing(portfolio, (id) => [fillOf(id)]);
  await reconciler.compare((task) => task());
  expect(journal.state.positions.size).toBe(0);
});

test.each([true, false])(
  'what is filled while the venue is asked is no difference: listed as open before, %s',
  async (isListed) => {
    const portfolio = aPortfolio();
    const bought = portfolio.intend({ id: 'in' });
    const timeMs = nowMs() - 30_000;
    portfolio.report({ ...fillOf(bought), timeMs });
    const sold = portfolio.intend({ id: 'out', side: 'sell', reduceOnly: true });
    portfolio.report({ type: 'accepted', orderId: sold, venueOrderId: '7' });
    let isFilled = false;
    const takenBack: OrderId[] = [];
    const order = { venue: binance, symbol: btc, side: 'sell', type: 'limit' } as const;
    const quantities = { quantity: '1', filledQuantity: '0', reduceOnly: true, timeMs };
    const { journal, reconciler } = await comparing(
      portfolio,
      (id) => (id === sold && isFilled ? [fillOf(id)] : []),
      {
        openOrders: async () =>
          isListed ? [{ ...order, ...quantities, clientOrderId: sold, venueOrderId: '7' }] : [],
        async balances() {
          isFilled = true;
          return [];
        },
        positions: async () => undefined,
        cancel: async ({ id }) => void takenBack.push(id),
      },
    );
    await reconciler.compare((task) => task());
    expect(journal.state.positions.size).toBe(0);
    expect(journal.state.reconciled?.found).toBe('[]');
    expect(journal.state.disputed.size).toBe(0);
    expect(takenBack).toEqual([]);
  },
);

/** One that has just been compared. */
async function compared() {
  const clock = aClock(nowMs());
  const askedMs: number[] = [];
  const { reconciler } = await comparing(
    aPortfolio(),
    () => [],
    {
      async clockOffsetMs() {
        askedMs.push(clock.steadyMs());
        return clock.steadyMs() - clock.nowMs();
      },
    },
    clock,
  );
  const compare = () => reconciler.compare((task) => task());
  await compare();
  return { clock, askedMs, reconciler, compare, beganMs: clock.steadyMs() };
}

test.each([
  { held: '1', givenUpMs: 10_000 },
  { held: '0.4', givenUpMs: undefined },
])(
  'an order that the venue has forgotten is compared at once, and given up where all of it is there: $held of 1',
  async ({ held, givenUpMs }) => {
    const clock = aClock(nowMs());
    const portfolio = aPortfolio();
    portfolio.report({ ...fillOf(portfolio.intend({ id: 'in' })), timeMs: nowMs() - 30_000 });
    const sold = portfolio.intend({ id: 'out', side: 'sell', reduceOnly: true });
    portfolio.report({ type: 'accepted', orderId: sold, venueOrderId: '7' });
    const beganMs = clock.steadyMs();
    const sinceMs = (): number => clock.steadyMs() - beganMs;
    const comparedMs: number[] = [];
    const { journal, reconciler } = await comparing(
      portfolio,
      () => [],
      {
        isForgotten: () => sinceMs() >= 10_000,
        openOrders: async () => [],
        balances: async () => [],
        async positions() {
          comparedMs.push(sinceMs());
          return [{ venue: binance, symbol: btc, side: 'long', quantity: held }];
        },
      },
      clock,
    );
    let takenBackMs: number | undefined;
    while (sinceMs() <= 40_000) {
      await reconciler.compare((task) => task());
      if (journal.state.orders.get(sold)?.cancellation) takenBackMs ??= sinceMs();
      clock.pass(1_000);
    }
    expect(comparedMs).toEqual([0, 10_000, 40_000]);
    expect(takenBackMs).toBe(givenUpMs);
  },
);

describe.each([3_600_000, -3_600_000])('a wall clock that is set by %i ms', (jumpMs) => {
  test('is known at once, before the venue is asked', async () => {
    const { clock, reconciler } = await compared();
    expect(reconciler.clock()).toEqual({ clockOffsetMs: 0 });
    clock.jump(jumpMs);
    expect(reconciler.clock()).toEqual({ clockOffsetMs: -jumpMs });
  });

  test('is compared with the venue soon, once, and then as often as before', async () => {
    const { clock, askedMs, compare, beganMs } = await compared();
    clock.jump(jumpMs);
    for (let second = 1; second <= 40; second++) {
      clock.pass(1_000);
      await compare();
    }
    expect(askedMs.map((ms) => ms - beganMs)).toEqual([0, 2_000, 32_000]);
  });

  test('neither forgets a late fill nor asks for it for longer', async () => {
    const clock = aClock(nowMs());
    const portfolio = aPortfolio();
    const orderId = portfolio.intend({ atMs: nowMs() });
    portfolio.report({ type: 'cancelled', orderId, reason: 'NOT_SENT', detail: '' });
    let asked = 0;
    const asking = (): Report[] => {
      asked++;
      return [];
    };
    const { reconciler } = await comparing(portfolio, asking, {}, clock);
    const compare = () => reconciler.compare((task) => task());
    await compare();
    clock.jump(jumpMs);
    clock.pass(890_000);
    const before = asked;
    await compare();
    expect(asked).toBeGreaterThan(before);
    clock.pass(30_000);
    const last = asked;
    await compare();
    expect(asked, 'for the last time').toBe(last + 1);
    clock.pass(900_000);
    await compare();
    expect(asked).toBe(last + 1);
  });
});
