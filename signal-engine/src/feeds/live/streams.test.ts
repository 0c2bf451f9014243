import { SymbolName, Timeframe, timeframeMs, Venue, type Candle } from '@heliograph/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closedOf } from './closed-candles.ts';
import { createQuietTime } from './quiet-time.ts';
import { createStreamedRows } from './streamed-rows.ts';
import { createStreamedTrades } from './streamed-trades.ts';
import { createVenueClock, type ClockReading } from './venue-clock.ts';

const instrument = {
  venue: Venue.parse('binance'),
  symbol: SymbolName.parse('BTC/USDT'),
  timeframe: Timeframe.parse('1m'),
};
const spanMs = timeframeMs(instrument.timeframe);

function candle(minute: number, close = 101): Candle {
  const openTime = minute * spanMs;
  const prices = { open: 100, high: 110, low: 99, close, volume: 3 };
  return { ...instrument, openTime, closeTime: openTime + spanMs, ...prices };
}

const minutesOf = (candles: readonly Candle[]): number[] =>
  candles.map(({ openTime }) => openTime / spanMs);

describe('candles that a stream tells while they grow', () => {
  test('have closed when the next one begins, as they stood last', () => {
    const rows = createStreamedRows();
    expect(rows.onCandles([candle(1, 101), candle(1, 102)])).toEqual([]);
    expect(rows.onCandles([candle(1, 103), candle(2), candle(3)])).toEqual([
      candle(1, 103),
      candle(2),
    ]);
    expect(rows.onCandles([candle(2, 107)]), 'one that comes late').toEqual([]);
    expect(rows.onCandles([candle(4)])).toEqual([candle(3)]);
  });

  test('are in doubt once the connection has broken', () => {
    const rows = createStreamedRows();
    rows.onCandles([candle(1)]);
    rows.onBreak();
    expect(rows.onCandles([candle(2)])).toEqual([]);
    expect(rows.onCandles([candle(3)])).toEqual([candle(2)]);
  });
});

const trade = (id: number) => ({
  id: String(id),
  timeMs: id * 10_000,
  price: 100 + (id % 5),
  quantity: 0.1,
});

describe('trades that a stream tells', () => {
  test('make the candles of which all were told, whatever is lost, repeated or out of order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('tell', 'lose', 'repeat', 'break', 'late'), { maxLength: 80 }),
        (fates) => {
          const whole = createStreamedTrades(instrument, { countsTrades: true });
          const truth = whole.onTrades(fates.map((_, id) => trade(id)));
          const disturbed = createStreamedTrades(instrument, { countsTrades: true });
          const late: number[] = [];
          const told: Candle[] = [];
          for (const [id, fate] of fates.entries()) {
            if (fate === 'break') disturbed.onBreak();
            if (fate === 'late') late.push(id);
            if (fate === 'lose' || fate === 'late') continue;
            const again = fate === 'repeat' ? [trade(id)] : [];
            told.push(...disturbed.onTrades([trade(id), ...again, ...late.splice(0).map(trade)]));
          }
          for (const each of told) expect(truth).toContainEqual(each);
          expect(minutesOf(told)).toEqual([...new Set(minutesOf(told))].toSorted((a, b) => a - b));
        },
      ),
    );
  });

  test('make no candle of what began before they were heard', () => {
    const trades = createStreamedTrades(instrument, { countsTrades: false });
    const told = [3, 4, 5, 6, 11, 12, 18].flatMap((id) => trades.onTrades([trade(id)]));
    expect(minutesOf(told)).toEqual([1, 2]);
    trades.onBreak();
    expect(minutesOf([20, 24, 31].flatMap((id) => trades.onTrades([trade(id)])))).toEqual([4]);
  });
});

const at = (minute: number): number => minute * spanMs + 30_000;
const closed = (minutes: readonly number[], venueMs: number, localMs: number, from = 0) =>
  closedOf(
    minutes.map((minute) => candle(minute)),
    { fromMs: from * spanMs, venueMs, localMs },
  );

describe('of an answer', () => {
  test('a candle has closed when a later one is there, whatever the clocks say', () => {
    expect(minutesOf(closed([1, 2, 3], at(3), at(-90)).closed)).toEqual([1, 2]);
    expect(minutesOf(closed([1, 2, 3], at(3), at(90)).closed)).toEqual([1, 2]);
  });

  test('the last one has closed when both clocks are past it', () => {
    expect(minutesOf(closed([1, 2, 3], at(4), at(4)).closed)).toEqual([1, 2, 3]);
    expect(minutesOf(closed([1, 2, 3], at(4), at(3)).closed)).toEqual([1, 2]);
    expect(minutesOf(closed([1, 2, 3], 4 * spanMs + 100, at(4)).closed), 'just').toEqual([1, 2]);
  });

  test('what is from the future proves nothing, and repeats count once', () => {
    expect(closed([1, 2, 99], at(2), at(2))).toMatchObject({ hasFuture: true });
    expect(minutesOf(closed([1, 2, 99], at(2), at(2)).closed)).toEqual([1]);
    expect(minutesOf(closed([1, 1, 2, 2, 3], at(3), at(3), 2).closed)).toEqual([2]);
  });
});

const answer = (status: number, retryAfter?: string) => async () =>
  new Response('', {
    status,
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  });

describe('a venue that wants a pause', () => {
  test.each<[number, string | undefined, number]>([
    [429, '7', 7_000],
    [418, '120', 120_000],
    [429, undefined, 1_000],
    [429, 'soon', 1_000],
    [429, new Date(1_000_060_000).toUTCString(), 60_000],
    [503, '7', 0],
    [200, '7', 0],
  ])('%d with %s', async (status, header, ms) => {
    let monotonicMs = 0;
    let localMs = 1_000_000_000;
    const quiet = createQuietTime({ localMs: () => localMs, monotonicMs: () => monotonicMs });
    await quiet.keep(answer(status, header));
    localMs -= 3_600_000;
    expect(quiet.leftMs()).toBe(ms);
    monotonicMs += ms;
    expect(quiet.leftMs()).toBe(0);
    await expect(quiet.keep(answer(200))).resolves.toMatchObject({ status: 200 });
  });

  test('hears nothing meanwhile', async () => {
    const quiet = createQuietTime({ monotonicMs: () => 0 });
    await quiet.keep(answer(429, '7'));
    await expect(quiet.keep(answer(200))).rejects.toThrow('asked for a pause of 7000 ms');
  });
});

describe('the clock of a venue', () => {
  test('is read by half of the way, told when it has changed, and asked for seldom', async () => {
    let localMs = 1_000_000;
    let asked = 0;
    const readings: ClockReading[] = [];
    const clock = createVenueClock({
      ask: async () => {
        asked++;
        localMs += 400;
        return localMs - 200 + 5_000;
      },
      localMs: () => localMs,
      monotonicMs: () => localMs - 900_000,
      onChange: (reading) => readings.push(reading),
    });
    await clock.measure();
    await clock.measure();
    await clock.measure({ again: true });
    expect(asked).toBe(1);
    expect(readings).toEqual([{ offsetMs: 5_000, tripMs: 400 }]);
    expect(clock.nowMs()).toBe(localMs + 5_000);
  });

  test('goes on when the clock here jumps, and is asked for once more', async () => {
    let monotonicMs = 0;
    let localMs = 1_000_000;
    let asked = 0;
    const clock = createVenueClock({
      ask: async () => {
        asked++;
        return 1_000_000 + monotonicMs;
      },
      localMs: () => localMs,
      monotonicMs: () => monotonicMs,
      onChange: () => {},
    });
    await clock.measure();
    monotonicMs += 10_000;
    localMs += 3_610_000;
    expect(clock.nowMs(), 'half of a candle has not closed by it').toBe(1_010_000);
    await clock.measure();
    await clock.measure();
    expect(asked).toBe(2);
    expect(clock.nowMs()).toBe(1_010_000);
  });

  test('that cannot be asked for is the one here', async () => {
    const failing = {
      ask: async () => Promise.reject(new Error('503')),
      localMs: () => 7,
      monotonicMs: () => 1,
      onChange: () => {},
    };
    const clock = createVenueClock(failing);
    await clock.measure();
    expect(clock.nowMs()).toBe(7);
  });
});
