import type { Draft } from '@heliograph/execution';
import type { Account, Price } from './account.ts';

/** How far the price went against a trade and for it, over its entry price: 0 or below, 0 or above. */
export interface Excursion {
  readonly maeRatio: number;
  readonly mfeRatio: number;
}

export interface ExcursionMeter {
  /** After the account has seen it. */
  onPrice(price: Price, account: Account): void;
  onEvent(event: Draft): void;
  /** Of each closed trade, in the order in which they were closed. */
  readonly excursions: readonly Excursion[];
}

interface Range {
  high: number;
  low: number;
}

/**
 * Maximum adverse and favourable excursion (J. Sweeney, Maximum Adverse Excursion, 1997), at the grain of candles: the
 * highest and the lowest price of each candle at whose close the position was held, and the price at which it was left.
 * What the candle of the exit did beside that is not counted, for nobody knows whether it came before. On a tape of trades
 * each of them is such a candle.
 */
export function createExcursionMeter(): ExcursionMeter {
  const ranges = new Map<string, Range>();
  const excursions: Excursion[] = [];
  return {
    onPrice({ venue, symbol, high, low }, { positions }) {
      if (positions.size === 0) return;
      for (const [key, position] of positions) {
        if (position.symbol !== symbol || position.venue !== venue) continue;
        const range = ranges.get(key);
        if (!range) ranges.set(key, { high, low });
        else {
          if (high > range.high) range.high = high;
          if (low < range.low) range.low = low;
        }
      }
    },
    onEvent(event) {
      if (event.type !== 'trade_closed') return;
      const { venue, symbol, side, entryPrice, exitPrice } = event.data;
      const key = `${venue}|${symbol}`;
      const entry = Number(entryPrice);
      const exit = Number(exitPrice);
      const { high, low } = ranges.get(key) ?? { high: entry, low: entry };
      ranges.delete(key);
      const up = Math.max(high, exit, entry) / entry - 1;
      const down = Math.min(low, exit, entry) / entry - 1;
      excursions.push(
        side === 'long'
          ? { maeRatio: down, mfeRatio: up }
          : { maeRatio: negative(up), mfeRatio: negative(down) },
      );
    },
    excursions,
  };
}

/** Without a minus before 0. */
function negative(value: number): number {
  return value === 0 ? 0 : -value;
}
