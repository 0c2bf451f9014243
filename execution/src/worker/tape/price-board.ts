import { earliestMs, type Candle } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { systemClock, type Clock } from '../../clock.ts';
import { instrumentKey } from '../../instrument-key.ts';
import type { LastPrice, Portfolio, Prices } from '../../decision/state/portfolio.ts';

/**
 * How many messages of MARKET are read again by whoever opens a tape: what the last price of a symbol was, what time it
 * is on the tape, which lengths its candles have.
 */
const lookBack = 1_000;

/** The last prices of a tape. Whoever opens it begins where the journal knows them, so that all workers see the same. */
export interface PriceBoard {
  readonly prices: Prices;
  /** When the last prices were heard, and since when they are listened for, by the wall clock as it goes now. */
  heard(): { readonly prices: Prices; readonly listeningMs: number };
  /** How long the shortest candles of each instrument are that were seen, ms; of trades nothing. */
  readonly lengths: ReadonlyMap<string, number>;
  /** Whether others have acted already on the price at that place in MARKET. */
  isKnown(sequence: number): boolean;
  /**
   * Whether MARKET had less than the journal knows of when this tape was opened, or has begun anew since: it is written behind,
   * and a power cut took its end. The places in the journal say nothing then of what is at them now.
   */
  readonly hasLost: boolean;
  /** The next price, and its place in MARKET. */
  add(candle: Candle, sequence?: number): void;
  /** After which message of MARKET the tape must be read, and up to which before anything is decided. */
  start(bus: Bus): Promise<{ after: number; upTo: number }>;
}

export function createPriceBoard(
  { valuation, marketSequence, positions, orders, opened }: Portfolio,
  { nowMs, steadyMs }: Clock = systemClock,
): PriceBoard {
  const prices = new Map<string, LastPrice>(valuation.prices);
  /** The journal knows when they were written down, which is later than they were: whatever is read again is nearer. */
  const restored = new Set(prices.keys());
  const lengths = new Map<string, number>();
  /** When a price came last, by the steady clock: those of the tape are dated by the clock of a venue. */
  const heardMs = new Map<string, number>();
  const beganMs = steadyMs();
  const isHolding = positions.size > 0;
  let knownUpTo = marketSequence;
  let reachedSequence = 0;
  return {
    prices,
    lengths,
    heard() {
      const aheadMs = nowMs() - steadyMs();
      const told = [...prices].map(([key, { price }]): [string, LastPrice] => [
        key,
        { price, timeMs: Math.round((heardMs.get(key) ?? beganMs) + aheadMs) },
      ]);
      return { prices: new Map(told), listeningMs: Math.round(beganMs + aheadMs) };
    },
    isKnown: (sequence) => sequence <= knownUpTo,
    get hasLost() {
      return knownUpTo < marketSequence;
    },
    add(candle, sequence = reachedSequence) {
      if (sequence < reachedSequence) knownUpTo = 0;
      reachedSequence = sequence;
      const key = instrumentKey(candle);
      heardMs.set(key, steadyMs());
      const { close: price, closeTime: timeMs } = candle;
      const lengthMs = timeMs - candle.openTime;
      if (lengthMs > 0) lengths.set(key, Math.min(lengthMs, lengths.get(key) ?? lengthMs));
      const isNewer = (prices.get(key)?.timeMs ?? earliestMs) <= timeMs;
      if (restored.delete(key) || isNewer) prices.set(key, { price, timeMs });
    },
    async start(bus) {
      const upTo = await bus.lastSequence('MARKET');
      knownUpTo = Math.min(marketSequence, upTo);
      // What is held is valued by prices from before.
      const valuedFrom = opened && isHolding ? valuation.marketSequence : marketSequence;
      // A trailing stop that is held here follows every price since it was placed.
      const from = Math.min(
        valuedFrom,
        ...[...orders.values()]
          .filter(({ isHeld, trailingBps }) => isHeld && trailingBps !== undefined)
          .map((order) => order.marketSequence ?? valuedFrom),
      );
      const after = Math.max(0, Math.min(upTo, opened ? from : upTo) - lookBack);
      return { after, upTo };
    },
  };
}
