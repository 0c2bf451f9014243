import { ApiError } from './api-error.ts';
import { rulesOf, type Exchange } from './exchange.ts';
import { klineOf } from './klines.ts';
import type { Parameters } from './parameters.ts';

/** A trade of others. */
export interface MarketTrade {
  readonly id: number;
  readonly price: string;
  readonly quantity: string;
  readonly timeMs: number;
  readonly buyerIsMaker: boolean;
}

const spanMs = 1_000;
const offsetsMs = [0, 200, 400, 600, 800] as const;
const longestWindowMs = 3_600_000;

/**
 * What is traded from one time up to, not including, another: five trades a second, which make the candles of a second. The same
 * always, whoever asks.
 */
export function* tradesOf(price: number, fromMs: number, toMs: number): Generator<MarketTrade> {
  for (let openMs = Math.floor(fromMs / spanMs) * spanMs; openMs < toMs; openMs += spanMs) {
    const [open, high, low, close] = klineOf(price, openMs, spanMs);
    const prices = [open, high, low, open, close];
    for (const [at, offsetMs] of offsetsMs.entries()) {
      const timeMs = openMs + offsetMs;
      if (timeMs < fromMs || timeMs >= toMs) continue;
      yield {
        id: (openMs / spanMs) * offsetsMs.length + at,
        price: (prices[at] ?? open).toFixed(8),
        quantity: '1.00000000',
        timeMs,
        buyerIsMaker: at % 2 === 0,
      };
    }
  }
}

/** `GET /api/v3/aggTrades` and `/trades`: the latest, or those from a time or an id on. */
export function marketTrades(
  exchange: Exchange,
  parameters: Parameters,
  view: (trade: MarketTrade) => object,
): object[] {
  const { symbol } = rulesOf(exchange, parameters.required('symbol'));
  const limit = Math.min(parameters.integer('limit') ?? 500, 1_000);
  const nowMs = exchange.nowMs();
  const fromId = parameters.integer('fromId');
  const startMs =
    fromId === undefined
      ? parameters.integer('startTime')
      : Math.floor(fromId / offsetsMs.length) * spanMs;
  const endMs = parameters.integer('endTime');
  parameters.end();
  if (startMs !== undefined && endMs !== undefined && endMs - startMs > longestWindowMs)
    throw new ApiError(-1127, 'More than 1 hours between startTime and endTime.');
  const price = Number(exchange.matching.priceOf(symbol).toFixed(8));
  const lengthMs = (limit / offsetsMs.length + 1) * spanMs;
  const toMs = Math.min(
    nowMs,
    (endMs ?? nowMs) + 1,
    startMs === undefined ? nowMs : startMs + lengthMs,
  );
  const trades = [...tradesOf(price, startMs ?? toMs - lengthMs, toMs)].filter(
    ({ id }) => id >= (fromId ?? 0),
  );
  return (startMs === undefined ? trades.slice(-limit) : trades.slice(0, limit)).map(view);
}

export function tradeRow({ id, price, quantity, timeMs, buyerIsMaker }: MarketTrade): object {
  const quoteQty = (Number(price) * Number(quantity)).toFixed(8);
  return {
    id,
    price,
    qty: quantity,
    quoteQty,
    time: timeMs,
    isBuyerMaker: buyerIsMaker,
    isBestMatch: true,
  };
}

export function aggregateRow({ id, price, quantity, timeMs, buyerIsMaker }: MarketTrade): object {
  return { a: id, p: price, q: quantity, f: id, l: id, T: timeMs, m: buyerIsMaker, M: true };
}
