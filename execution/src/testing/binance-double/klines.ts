import { ApiError } from './api-error.ts';
import { rulesOf, type Exchange } from './exchange.ts';
import type { Parameters } from './parameters.ts';

/** How long the candles are that there are. */
export const intervals: ReadonlyMap<string, number> = new Map([
  ['1s', 1_000],
  ['1m', 60_000],
  ['5m', 300_000],
  ['15m', 900_000],
  ['1h', 3_600_000],
  ['4h', 14_400_000],
  ['1d', 86_400_000],
]);
/** A wave of so many candles about the price: whoever trades crosses has something to trade. */
const waveCandles = 24;
const swing = 0.02;

/** Open, high, low, close and volume of the candle that opens then. The same always, whoever asks. */
export function klineOf(
  price: number,
  openMs: number,
  spanMs: number,
): [open: number, high: number, low: number, close: number, volume: number] {
  const at = (ms: number): number =>
    Number(
      (price * (1 + swing * Math.sin((2 * Math.PI * ms) / (waveCandles * spanMs)))).toFixed(2),
    );
  const [open, close] = [at(openMs), at(openMs + spanMs)];
  return [open, Math.max(open, close) + 1, Math.min(open, close) - 1, close, 5];
}

/** So much of its candle has been by then; unlike what it will be in everything but its open. */
export function openKlineOf(
  price: number,
  openMs: number,
  spanMs: number,
  nowMs: number,
): [open: number, high: number, low: number, close: number, volume: number] {
  const [open, , , close, volume] = klineOf(price, openMs, spanMs);
  const part = Math.min(0.9, Math.max(0, (nowMs - openMs) / spanMs));
  const last = Number((open + (close - open) * part).toFixed(2));
  const so = Number((volume * part).toFixed(2));
  return [open, Math.max(open, last), Math.min(open, last), last, so];
}

/** `GET /api/v3/klines`: closed candles and, at the end, the one that is open. */
export function klines(exchange: Exchange, parameters: Parameters): unknown[] {
  const { symbol } = rulesOf(exchange, parameters.required('symbol'));
  const spanMs = intervals.get(parameters.required('interval'));
  if (spanMs === undefined) throw new ApiError(-1120, 'Invalid interval.');
  const limit = Math.min(parameters.integer('limit') ?? 500, 1_000);
  const nowMs = exchange.nowMs();
  const endMs = Math.min(parameters.integer('endTime') ?? nowMs, nowMs);
  const startMs = parameters.integer('startTime') ?? endMs - (limit - 1) * spanMs;
  parameters.end();
  const price = Number(exchange.matching.priceOf(symbol).toFixed(8));
  const rows: unknown[] = [];
  for (
    let openMs = Math.ceil(startMs / spanMs) * spanMs;
    openMs <= endMs && rows.length < limit;
    openMs += spanMs
  ) {
    const isClosed = openMs + spanMs <= nowMs;
    const [open, high, low, close, volume] = isClosed
      ? klineOf(price, openMs, spanMs)
      : openKlineOf(price, openMs, spanMs, nowMs);
    const text = [open, high, low, close, volume].map((value) => value.toFixed(8));
    rows.push([openMs, ...text, openMs + spanMs - 1, '0', 1, '0', '0', '0']);
  }
  return rows;
}
