import { Big, type OrderId, type PortfolioSettings } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { someSettings } from '@heliograph/contracts/testing';
import { expect, test, vi } from 'vitest';
import type { Clock } from '../../clock.ts';
import { aClock } from '../../testing/clocks.ts';
import type { OrderRequest, Placement } from '../../brokers/broker.ts';
import type { Draft } from '../../decision/state/draft.ts';
import { cancelIntended, triggered } from '../../decision/state/order-events.ts';
import { createExchangeBroker } from '../../paper/exchange-broker.ts';
import { aPortfolio } from '../../testing/a-portfolio.ts';
import { only } from '../../testing/live-run.ts';
import { createDispatcher } from './dispatcher.ts';
import { createJournal } from '../journal.ts';
import { createSerial } from '../serial.ts';
import { createTrouble } from '../trouble.ts';

const log = createSilentLogger();
const nowMs = (): number => Date.UTC(2026, 0, 5);
const moment = { timeMs: nowMs() };

/** A worker on a venue that takes an id twice and keeps market orders only. */
function worker(bus: Bus, settings: PortfolioSettings, clock: Clock = aClock(nowMs())) {
  const sent: OrderRequest[] = [];
  /** What the venue says to the next orders, where it does not just take them. */
  const answers: Promise<Placement>[] = [];
  const cancelled: OrderId[] = [];
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
    async place(order: OrderRequest): Promise<Placement> {
      sent.push(order);
      return answers.shift() ?? { status: 'taken' };
    },
    cancel({ id }: { id: OrderId }) {
      cancelled.push(id);
      return new Promise<void>(() => undefined);
    },
  };
  const dispatcher = createDispatcher({
    journal,
    broker,
    inTurn: createSerial(),
    clock,
    trouble: createTrouble(log),
  });
  const write = async (events: readonly Draft[]): Promise<void> => {
    await journal.catchUp();
    expect(await journal.tryWrite(events)).toBe(true);
    dispatcher.written(events, clock.steadyMs());
  };
  return { journal, broker, dispatcher, write, sent, cancelled, answers };
}

/** Stops of 1 each, as the journal has them after so much was bought. */
function heldStops(held: string, count: number): { ids: OrderId[]; events: Draft[] } {
  const portfolio = aPortfolio();
  const entry = portfolio.intend({ quantity: held });
  portfolio.fill(entry, held);
  const ids = Array.from({ length: count }, (_, at) =>
    portfolio.intend({ id: `stop-${at}`, side: 'sell', quantity: '1', reduceOnly: true }),
  );
  const events = portfolio.events.map((event): Draft => {
    if (event.type !== 'order_intended' || !ids.includes(event.data.orderId)) return event;
    const stop = {
      orderType: 'stop',
      role: 'stop_loss',
      stopPrice: event.data.referencePrice,
    } as const;
    return { ...event, data: { ...event.data, ...stop, expiryTime: '9999-12-31T23:59:59.999Z' } };
  });
  return { ids, events };
}

function aHeldStop(): { id: OrderId; events: Draft[] } {
  const { ids, events } = heldStops('1', 1);
  const [id] = ids;
  if (!id) throw new Error('there is no stop');
  return { id, events };
}

/** A worker that has just triggered the stops that it held: of 1 each, one where nothing else is said. */
async function withTriggered({
  held = '1',
  count = 1,
  clock = aClock(nowMs()),
  timeMs = nowMs(),
  bus = createMemoryServer().connect(),
}: { held?: string; count?: number; clock?: Clock; timeMs?: number; bus?: Bus } = {}) {
  const { journal, dispatcher, write, ...rest } = worker(bus, someSettings(), clock);
  const { ids, events } = heldStops(held, count);
  await write(events);
  await dispatcher.carryOut(moment);
  const price = new Big('90');
  const orders = ids.flatMap((id) => journal.state.orders.get(id) ?? []);
  await write(orders.map((order) => triggered(journal.state, order, { timeMs, price })));
  return { journal, dispatcher, write, ids, ...rest };
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
  const { journal, dispatcher, sent, ids } = await withTriggered({ timeMs: nowMs() - 5_000 });
  await dispatcher.carryOut(moment);
  expect(sent).toEqual([]);
  expect(
    ids.every((id) => journal.state.endedOrders.has(id)),
    'it is given up, so another may follow',
  ).toBe(true);
});

test.each([
  ['2', ['1', '1']],
  ['1.5', ['1', '0.5']],
  ['1', ['1']],
])('stops that are triggered together sell what is held: %s', async (held, expected) => {
  const { journal, dispatcher, sent, ids } = await withTriggered({ held, count: 2 });
  await dispatcher.carryOut(moment);
  expect(sent.map(({ size }) => (size.kind === 'base' ? size.quantity : size))).toEqual(expected);
  const ended = ids.flatMap((id) => journal.state.endedOrders.get(id) ?? []);
  expect(ended.length, 'what has nothing left to sell has ended').toBe(2 - expected.length);
});

test('a cancel without an answer is waited for a while, once, and not asked again meanwhile', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { journal, dispatcher, write, cancelled } = worker(
    createMemoryServer().connect(),
    someSettings(),
  );
  const portfolio = aPortfolio();
  const orderId = portfolio.intend();
  portfolio.report({ type: 'accepted', orderId, venueOrderId: '1' });
  await write(portfolio.events);
  const order = journal.state.orders.get(orderId);
  if (!order) throw new Error('the order is not there');
  const why = { ...moment, reason: 'CANCEL_REQUESTED', detail: '' } as const;
  await write([cancelIntended(journal.state, order, why)]);
  const done = dispatcher.carryOut(moment);
  await vi.advanceTimersByTimeAsync(2_000);
  await done;
  await dispatcher.carryOut(moment);
  expect(cancelled).toEqual([orderId]);
});

test('a sale whose answer does not come holds up none of the others, and is concluded when it comes', async () => {
  const { journal, dispatcher, sent, answers, ids } = await withTriggered({ held: '2', count: 2 });
  const { promise, resolve } = Promise.withResolvers<Placement>();
  answers.push(promise);
  await dispatcher.carryOut(moment);
  expect(sent.map(({ id }) => id)).toEqual(ids);
  const [first] = ids;
  expect(first && journal.state.orders.has(first), 'nobody knows yet').toBe(true);
  resolve({ status: 'rejected', reason: 'VENUE_REJECTED', detail: 'no' });
  await dispatcher.idle();
  expect(first && journal.state.endedOrders.get(first)?.status).toBe('rejected');
});

test('a sale that the venue does not take now is not sent again before it wants to hear of it', async () => {
  const { dispatcher, sent, answers } = await withTriggered();
  answers.push(
    Promise.resolve({ status: 'not_taken', detail: 'too many orders', retryAfterMs: 30_000 }),
  );
  expect(await dispatcher.carryOut(moment), 'nothing was done').toBe(false);
  for (let again = 0; again < 5; again++) expect(await dispatcher.carryOut(moment)).toBe(false);
  expect(sent).toHaveLength(1);
});

test('one that is given up after that says what the venue had against it', async () => {
  const bus = createMemoryServer().connect();
  const clock = aClock(nowMs());
  const { dispatcher, answers } = await withTriggered({ clock, bus });
  answers.push(
    Promise.resolve({ status: 'not_taken', detail: 'too many orders', retryAfterMs: 30_000 }),
  );
  await dispatcher.carryOut(moment);
  clock.pass(30_000);
  await dispatcher.carryOut(moment);
  expect(await only(bus, 'order_cancelled')).toMatchObject([
    { data: { reason: 'NOT_SENT', detail: expect.stringContaining('too many orders') } },
  ]);
});

test.each([3_600_000, -3_600_000])(
  'pauses last as long as they are to, whatever the wall clock does (%i)',
  async (jumpMs) => {
    const clock = aClock(nowMs());
    const { dispatcher, sent, answers } = await withTriggered({ clock });
    answers.push(Promise.resolve({ status: 'not_taken', detail: 'busy', retryAfterMs: 1_000 }));
    await dispatcher.carryOut(moment);
    clock.jump(jumpMs);
    clock.pass(999);
    await dispatcher.carryOut(moment);
    expect(sent).toHaveLength(1);
    clock.jump(-jumpMs);
    clock.pass(1);
    await dispatcher.carryOut(moment);
    expect(sent).toHaveLength(2);
  },
);

test('a wall clock that is set back makes no order younger: others may have given it up', async () => {
  const clock = aClock(nowMs());
  const { journal, dispatcher, sent, ids } = await withTriggered({ clock });
  clock.jump(-3_600_000);
  clock.pass(5_000);
  await dispatcher.carryOut(moment);
  expect(sent).toEqual([]);
  expect(
    ids.every((id) => journal.state.endedOrders.has(id)),
    'it is given up, so another may follow',
  ).toBe(true);
});

test('an order goes out as old as it is, by the clock as it goes then', async () => {
  const clock = aClock(nowMs());
  const { dispatcher, sent } = await withTriggered({ clock });
  clock.pass(100);
  clock.jump(-3_600_000);
  await dispatcher.carryOut(moment);
  expect(sent.map(({ timeMs }) => clock.nowMs() - timeMs)).toEqual([100]);
});

test.each([3_600_000, -3_600_000])(
  'a cancel is asked for again after five seconds, whatever the wall clock does (%i)',
  async (jumpMs) => {
    const clock = aClock(nowMs());
    const it = worker(createMemoryServer().connect(), someSettings(), clock);
    it.broker.cancel = async ({ id }) => void it.cancelled.push(id);
    const portfolio = aPortfolio();
    const orderId = portfolio.intend();
    portfolio.report({ type: 'accepted', orderId, venueOrderId: '1' });
    await it.write(portfolio.events);
    const order = it.journal.state.orders.get(orderId);
    if (!order) throw new Error('the order is not there');
    const why = { ...moment, reason: 'CANCEL_REQUESTED', detail: '' } as const;
    await it.write([cancelIntended(it.journal.state, order, why)]);
    await it.dispatcher.carryOut(moment);
    clock.jump(jumpMs);
    clock.pass(4_999);
    await it.dispatcher.carryOut(moment);
    expect(it.cancelled).toEqual([orderId]);
    clock.pass(1);
    await it.dispatcher.carryOut(moment);
    expect(it.cancelled).toEqual([orderId, orderId]);
  },
);

test('cancels without an answer are waited for together', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { journal, dispatcher, write, cancelled } = worker(
    createMemoryServer().connect(),
    someSettings(),
  );
  const portfolio = aPortfolio();
  const ids = [1, 2, 3, 4].map((each) => {
    const orderId = portfolio.intend({ id: `entry-${each}` });
    portfolio.report({ type: 'accepted', orderId, venueOrderId: String(each) });
    return orderId;
  });
  await write(portfolio.events);
  const why = { ...moment, reason: 'CANCEL_REQUESTED', detail: '' } as const;
  await write(
    ids.flatMap((id) => {
      const order = journal.state.orders.get(id);
      return order ? [cancelIntended(journal.state, order, why)] : [];
    }),
  );
  const done = dispatcher.carryOut(moment);
  await vi.advanceTimersByTimeAsync(2_000);
  await done;
  expect(cancelled).toEqual(ids);
});

test('a question that hangs, whether an order will ever be there, keeps nothing else back', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const server = createMemoryServer();
  const settings = someSettings();
  const one = worker(server.connect(), settings);
  const portfolio = aPortfolio();
  const lost = portfolio.intend({ id: 'lost' });
  const known = portfolio.intend({ id: 'known' });
  portfolio.report({ type: 'accepted', orderId: known, venueOrderId: '1' });
  for (const id of [lost, known]) {
    const order = portfolio.state.orders.get(id);
    if (!order) throw new Error('there is no order');
    const why = { ...moment, reason: 'CANCEL_REQUESTED', detail: 'a person' } as const;
    portfolio.journal([cancelIntended(portfolio.state, order, why)]);
  }
  await one.journal.catchUp();
  expect(await one.journal.tryWrite(portfolio.events)).toBe(true);
  one.broker.abandon = () => new Promise<boolean>(() => undefined);
  const done = one.dispatcher.carryOut(moment);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(one.cancelled).toEqual([known]);
  await vi.advanceTimersByTimeAsync(2_000);
  await done;
});
