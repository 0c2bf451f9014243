import type { Candle } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import {
  instrumentKey,
  type LastPrice,
  type Portfolio,
  type Prices,
} from '../decision/portfolio.ts';

/** The last prices of a tape. Whoever opens it begins where the journal knows them, so that all workers see the same. */
export interface PriceBoard {
  readonly prices: Prices;
  /** Up to that place in MARKET others have acted on the prices already. */
  readonly knownUpTo: number;
  add(candle: Candle): void;
  /** After which message of MARKET the tape must be read. */
  startsAfter(bus: Bus): Promise<number>;
}

export function createPriceBoard({
  valuation,
  marketSequence,
  positions,
  opened,
}: Portfolio): PriceBoard {
  const prices = new Map<string, LastPrice>(valuation.prices);
  const isHolding = positions.size > 0;
  return {
    prices,
    knownUpTo: marketSequence,
    add(candle) {
      const key = instrumentKey(candle);
      const { close: price, closeTime: timeMs } = candle;
      if ((prices.get(key)?.timeMs ?? 0) <= timeMs) prices.set(key, { price, timeMs });
    },
    async startsAfter(bus) {
      const end = await bus.lastSequence('MARKET');
      if (!opened) return end;
      // What was held is valued by prices from before; without a position only what comes from here on matters.
      return Math.min(end, isHolding ? valuation.marketSequence : marketSequence);
    },
  };
}
