import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CandleClosed, candleEvent, candleOf, MarketEvent } from './index.ts';
import { parseEvent } from './events.ts';
import { aCandle, aCandleEvent } from './testing/builders.ts';
import { Timeframe, timeframeMs } from './units.ts';

const context = { tape: 'live', source: 'signal-engine/test', recordedMs: 0 };

const price = fc.double({ min: 1e-12, max: 1e12, noNaN: true });
const anyCandle = fc
  .record({
    prices: fc.tuple(price, price, price, price),
    volume: fc.double({ min: 1e-12, max: 1e15, noNaN: true }),
    minutes: fc.integer({ min: 0, max: 100_000_000 }),
    timeframe: fc.constantFrom('1m', '30m', '1d').map((text) => Timeframe.parse(text)),
  })
  .map(({ prices, volume, minutes, timeframe }) => {
    const [low = 0, open = 0, close = 0, high = 0] = prices.toSorted((a, b) => a - b);
    const openTime = minutes * 60_000;
    const closeTime = openTime + timeframeMs(timeframe);
    return aCandle({ open, high, low, close, volume, timeframe, openTime, closeTime });
  });

describe('candleEvent', () => {
  test('a candle comes back from its event as it was, to the last bit', () => {
    fc.assert(
      fc.property(anyCandle, (candle) => {
        const body = JSON.stringify(candleEvent(candle, context));
        expect(candleOf(parseEvent(CandleClosed, body))).toEqual(candle);
      }),
    );
  });

  test('is about the symbol, at the close', () => {
    expect(aCandleEvent()).toMatchObject({
      type: 'candle_closed',
      subject: 'BTC/USDT',
      time: '2026-01-05T00:01:00.000Z',
      data: { openTime: '2026-01-05T00:00:00.000Z', closeTime: '2026-01-05T00:01:00.000Z' },
    });
  });

  test('the same candle of the same tape has the same id, whoever publishes it and when', () => {
    const again = candleEvent(aCandle({ close: 7 }), { ...context, source: 'x', recordedMs: 1 });
    expect(again.id).toBe(candleEvent(aCandle(), context).id);
    expect(again.correlationid).toBe(again.id);
  });

  test('another tape, time or timeframe is another id', () => {
    const ids = [
      aCandleEvent(),
      aCandleEvent({}, { tape: 'btc-2014' }),
      aCandleEvent({ at: 1 }),
      aCandleEvent({ timeframe: Timeframe.parse('5m') }),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
  });
});

describe('CandleClosed', () => {
  const event = aCandleEvent({ open: 100, close: 102, high: 103, low: 99 });
  const withData = (change: object): unknown => ({ ...event, data: { ...event.data, ...change } });

  test.each([
    ['data.high', { high: '101' }],
    ['data.low', { low: '101' }],
    ['data.closeTime', { closeTime: event.data.openTime }],
    ['data.open', { open: '0' }],
    ['data.volume', { volume: '-1' }],
  ])('refuses a wrong %s', (path, change) => {
    expect(pathsOf(withData(change))).toContain(path);
  });

  test('refuses a time that is not the close', () => {
    expect(pathsOf({ ...event, time: event.data.openTime })).toEqual(['time']);
  });

  test('compares moments, not their texts', () => {
    expect(pathsOf({ ...event, time: '2026-01-05T00:01:00Z' })).toBeUndefined();
  });

  test('a malformed price is all that is said of a candle with one', () => {
    expect(pathsOf(withData({ close: 'abc' }))).toEqual(['data.close']);
  });

  test('a candle of one price without volume is well', () => {
    expect(pathsOf(aCandleEvent({ volume: 0 }))).toBeUndefined();
  });
});

test('the market tells candles, trades and the end of a tape apart', () => {
  expect(MarketEvent.parse(aCandleEvent()).type).toBe('candle_closed');
  expect(() => parseEvent(MarketEvent, '{"type":"trade_signal"}')).toThrow(
    "type: Invalid discriminator value. Expected 'candle_closed' | 'trade_printed' | 'tape_ended'",
  );
});

function pathsOf(value: unknown): string[] | undefined {
  return CandleClosed.safeParse(value).error?.issues.map(({ path }) => path.join('.'));
}
