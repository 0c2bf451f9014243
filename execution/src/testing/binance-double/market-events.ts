import type { Exchange } from './exchange.ts';
import { intervals, klineOf, openKlineOf } from './klines.ts';
import { tradesOf } from './market-trades.ts';

/** What a stream such as `btcusdt@kline_1m` tells of what has been after one time, up to another. */
export function eventsOf(
  exchange: Exchange,
  name: string,
  afterMs: number,
  nowMs: number,
): object[] {
  const [id = '', channel = ''] = name.split('@');
  const symbol = id.toUpperCase();
  // Streams of what is not there are taken, and nothing comes.
  if (id !== id.toLowerCase() || !exchange.symbols.has(symbol)) return [];
  const price = Number(exchange.matching.priceOf(symbol).toFixed(8));
  const about = { E: nowMs, s: symbol };
  if (channel === 'trade' || channel === 'aggTrade')
    return [...tradesOf(price, afterMs + 1, nowMs + 1)].map((trade) => ({
      e: channel,
      ...about,
      ...(channel === 'trade' ? { t: trade.id } : { a: trade.id, f: trade.id, l: trade.id }),
      p: trade.price,
      q: trade.quantity,
      T: trade.timeMs,
      m: trade.buyerIsMaker,
      M: true,
    }));
  const interval = channel.startsWith('kline_') ? channel.slice('kline_'.length) : '';
  const spanMs = intervals.get(interval);
  if (spanMs === undefined) return [];
  const events: object[] = [];
  for (let openMs = Math.floor(afterMs / spanMs) * spanMs; openMs <= nowMs; openMs += spanMs) {
    const closed = openMs + spanMs <= nowMs;
    const values = closed
      ? klineOf(price, openMs, spanMs)
      : openKlineOf(price, openMs, spanMs, nowMs);
    const [o, h, l, c, v] = values.map((value) => value.toFixed(8));
    const times = { t: openMs, T: openMs + spanMs - 1 };
    const rest = { f: 1, L: 2, n: 2, q: '0', V: '0', Q: '0', B: '0' };
    const k = { ...times, s: symbol, i: interval, o, c, h, l, v, x: closed, ...rest };
    events.push({ e: 'kline', ...about, k });
  }
  return events;
}
