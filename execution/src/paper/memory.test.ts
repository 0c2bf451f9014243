import { createSilentLogger } from '@heliograph/contracts/service';
import { Big, deterministicId, OrderId } from '@heliograph/contracts';
import { createMemoryBus } from '@heliograph/contracts/bus';
import { aCandle } from '@heliograph/contracts/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyBook, type PaperBookState } from './book.ts';
import { evolveBook } from './evolve-book.ts';
import { PaperEvent } from './events.ts';
import { createPaperExchange } from './exchange.ts';
import { anOrder, paperSettings } from './market-fixture.ts';
import { finish, nextEvents } from './match.ts';
import { openPaperBroker } from './paper-broker.ts';
import { place } from './place.ts';
import type { Progress } from './progress.ts';
import { randomMoments, randomSettings, type Moment } from './random-market.ts';
import { sliceOfCandle } from './slice.ts';

const { venue, symbol, openTime } = aCandle();
const why = { timeMs: openTime, reason: 'CANCEL_REQUESTED', detail: 'enough' } as const;
const remembered = 20_000;

const numbered = (index: number) =>
  anOrder({ id: `o${index}`, venue, symbol, timeMs: openTime + index });

describe('the book', () => {
  test('remembers so many ended orders and refuses what is older than those', () => {
    const exchange = createPaperExchange({ settings: paperSettings(), onReport: () => undefined });
    exchange.place(anOrder({ id: 'rests', venue, symbol, timeMs: openTime }));
    for (let index = 0; index <= remembered; index++) {
      exchange.place(numbered(index));
      exchange.cancel(numbered(index).id, why);
    }
    const { book } = exchange;
    expect([book.ended.size, book.resting.size]).toEqual([remembered, 1]);
    expect(book.reports.size).toBeLessThan(1_100);
    expect(exchange.place(numbered(0))).toMatchObject({ status: 'rejected', reason: 'EXPIRED' });
    const count = book.count;
    expect(exchange.place(numbered(1)), 'it was taken, once').toEqual({ status: 'taken' });
    expect(exchange.place(anOrder({ ...numbered(0), id: 'rests' }))).toEqual({ status: 'taken' });
    expect(book.count).toBe(count);
    expect(exchange.place(numbered(remembered + 1))).toEqual({ status: 'taken' });
    expect(book.count).toBe(count + 1);
  });

  test('on a bus is asked for what the memory of it has lost', async () => {
    await using bus = createMemoryBus({ drainTimeoutMs: 1 });
    const settings = paperSettings();
    const events: PaperEvent[] = [{ type: 'account_opened', settings }];
    const book = evolveBook(emptyBook(), { type: 'account_opened', settings });
    for (let index = 0; index <= remembered; index++) {
      const order = numbered(index);
      events.push(...place(book, order).events);
      events.push({ type: 'order_cancelled', orderId: order.id, ...why });
    }
    for (const [index, event] of events.entries())
      await bus.publish({
        subject: `paper.a.${event.type}`,
        id: deterministicId('test', String(index)),
        body: JSON.stringify(event),
      });
    const broker = await openPaperBroker({
      log: createSilentLogger(),
      bus,
      account: 'a',
      tape: 't',
      settings,
      seenUpTo: 0,
    });
    const [oldest, old] = [numbered(0), numbered(1)];
    expect(await broker.place(oldest)).toEqual({ status: 'taken' });
    expect(await broker.abandon(oldest, why)).toBe(false);
    expect(await broker.reportsOf(oldest)).toMatchObject([
      { type: 'accepted', sequence: 1 },
      { type: 'cancelled', sequence: 2 },
    ]);
    expect(await broker.reportsOf(old)).toMatchObject([{ sequence: 3 }, { sequence: 4 }]);
    const never = { ...oldest, id: OrderId.parse('never') };
    expect(await broker.place(never)).toMatchObject({ status: 'rejected', reason: 'EXPIRED' });
    expect(await broker.abandon(never, why)).toBe(true);
  });

  test('goes on from what was written down and read back as if it had never stopped', () => {
    fc.assert(
      fc.property(randomSettings, randomMoments, fc.nat(), (settings, moments, at) => {
        const stop = at % moments.length;
        const opened = evolveBook(emptyBook(), { type: 'account_opened', settings });
        const whole = { book: opened, progress: new Map<OrderId, Progress>() };
        const events = playOn(whole, moments);

        const first = {
          book: evolveBook(emptyBook(), { type: 'account_opened', settings }),
          progress: new Map<OrderId, Progress>(),
        };
        const before = playOn(first, moments.slice(0, stop));
        const second = readBack(writtenDown(first));
        const after = playOn(second, moments.slice(stop), stop);
        expect([...before, ...after]).toEqual(events);
        expect(second).toEqual(whole);
      }),
    );
  });

  test('of before there was anything but market orders can still be read', () => {
    const old = [
      { type: 'account_opened', settings: paperSettings({ cash: '1000' }) },
      {
        type: 'order_accepted',
        orderId: 'a',
        timeMs: openTime,
        venue,
        symbol,
        side: 'buy',
        size: { kind: 'base', quantity: '2' },
        reduceOnly: false,
        tapeSequence: 7,
      },
      {
        type: 'order_filled',
        orderId: 'a',
        timeMs: openTime,
        fillId: 'f',
        quantity: '2',
        price: '100',
        fee: '0.2',
      },
      { type: 'order_accepted', orderId: 'b', timeMs: openTime, venue, symbol, side: 'sell' },
    ];
    const size = { kind: 'base', quantity: '5' };
    Object.assign(old[3] ?? {}, { size, reduceOnly: true, tapeSequence: 9 });
    let book = emptyBook();
    for (const event of old) book = evolveBook(book, PaperEvent.parse(event));
    expect(book.reports.get(OrderId.parse('a'))).toMatchObject([
      { type: 'accepted' },
      { type: 'filled', liquidity: 'taker', complete: true },
    ]);
    expect(book.cash.toFixed()).toBe('799.8');
    const candle = aCandle({ close: 110 });
    expect(nextEvents(book, new Map(), sliceOfCandle(candle, 9)), 'known already').toEqual([]);
    expect(nextEvents(book, new Map(), sliceOfCandle(candle, 10))).toMatchObject([
      { type: 'order_filled', orderId: 'b', quantity: '2', price: '110', complete: true },
    ]);
  });
});

interface State {
  readonly book: PaperBookState;
  readonly progress: Map<OrderId, Progress>;
}

function playOn({ book, progress }: State, moments: readonly Moment[], before = 0): PaperEvent[] {
  const written: PaperEvent[] = [];
  const write = (events: readonly PaperEvent[]): void => {
    for (const event of events) evolveBook(book, event);
    written.push(...events);
  };
  for (const [index, { candle, actions }] of moments.entries()) {
    const slice = sliceOfCandle(candle, before + index + 1);
    for (let events = nextEvents(book, progress, slice); events.length > 0;) {
      write(events);
      events = nextEvents(book, progress, slice);
    }
    finish(book, progress, slice);
    for (const action of actions)
      if (action.type === 'place')
        write(place(book, action.order, { sequence: slice.sequence }).events);
  }
  for (const id of progress.keys()) if (!book.resting.has(id)) progress.delete(id);
  return written;
}

/** As JSON, with a word for what JSON does not know. */
function writtenDown(value: unknown): string {
  return JSON.stringify(value, function written(this: Record<string, unknown>, key, inner) {
    const raw = this[key];
    if (raw instanceof Big) return { $big: raw.toFixed() };
    if (raw instanceof Map) return { $map: [...raw] };
    if (raw instanceof Set) return { $set: [...raw] };
    return inner;
  });
}

function readBack(text: string): State {
  return JSON.parse(text, (_, value) => {
    if (value?.$big !== undefined) return new Big(value.$big);
    if (value?.$map !== undefined) return new Map(value.$map);
    if (value?.$set !== undefined) return new Set(value.$set);
    return value;
  });
}
