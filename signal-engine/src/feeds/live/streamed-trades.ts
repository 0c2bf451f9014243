import type { Candle } from '@heliograph/contracts';
import { createCandleBuilder } from '../../candles/candle-builder.ts';
import type { Instrument } from '../feed.ts';

interface StreamedTrade {
  readonly id: string | undefined;
  readonly timeMs: number;
  readonly price: number;
  /** Base units. */
  readonly quantity: number;
}

/** Makes candles of the trades that a stream tells, and only those of which it has told all trades. */
export interface StreamedTrades {
  /** Gives the candles that have closed by the time of these trades. */
  onTrades(trades: readonly StreamedTrade[]): Candle[];
  /** The connection has broken: trades may be missing. */
  onBreak(): void;
}

/** With `countsTrades` ids are numbers that follow each other, so that a trade that is missing is known. */
export function createStreamedTrades(
  instrument: Instrument,
  { countsTrades }: { countsTrades: boolean },
): StreamedTrades {
  const builder = createCandleBuilder(instrument);
  /** What opens at it or before may lack trades. */
  let doubtfulMs = Infinity;
  let lastId: number | undefined;
  let isUnbroken = false;

  const isKnown = (trade: StreamedTrade): boolean => {
    if (!countsTrades) return false;
    const id = Number(trade.id);
    const known = lastId !== undefined && id <= lastId;
    if (lastId !== undefined && id > lastId + 1) isUnbroken = false;
    lastId = Math.max(lastId ?? id, id);
    return known;
  };

  return {
    onBreak() {
      isUnbroken = false;
    },
    onTrades(trades) {
      const candles: Candle[] = [];
      for (const trade of trades) {
        const { timeMs, price, quantity } = trade;
        if (isKnown(trade)) continue;
        if (!isUnbroken) doubtfulMs = timeMs;
        isUnbroken = true;
        candles.push(...builder.advance(timeMs).filter(({ openTime }) => openTime > doubtfulMs));
        builder.add({
          timeMs,
          open: price,
          high: price,
          low: price,
          close: price,
          volume: quantity,
        });
      }
      return candles;
    },
  };
}
