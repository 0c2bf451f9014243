import { timeframeMs, type Candle } from '@heliograph/contracts';
import type { Instrument } from '../feeds/feed.ts';

/** Candles that go into a history, in the order of their times. */
export interface Filled {
  readonly candles: readonly Candle[];
  /** Whether the venue has told them now; else they were there already. */
  readonly isNew: boolean;
}

/**
 * What is there already, and between, before and behind it what the venue has: from `fromMs` or the first that is there to
 * `toMs` or the last. Every hole is asked for, so what stays one is one of the venue's own.
 */
export async function* fillCandles({
  instrument,
  existing,
  fromMs,
  toMs,
  pageLength,
  ask,
}: {
  instrument: Instrument;
  /** Times rising, none twice. */
  existing: AsyncIterable<readonly Candle[]>;
  fromMs: number;
  /** Only candles that have closed by then. */
  toMs: number;
  pageLength: number;
  /** Candles from that time on, oldest first; none where there are none for a page's length. */
  ask: (sinceMs: number) => Promise<readonly Candle[]>;
}): AsyncGenerator<Filled> {
  const spanMs = timeframeMs(instrument.timeframe);
  /** Where the next candle opens, if there is one. */
  let nextMs: number | undefined;

  const fill = async function* (untilMs: number): AsyncGenerator<Filled> {
    let sinceMs = nextMs ?? fromMs;
    let earliestMs = sinceMs;
    while (sinceMs + spanMs <= untilMs) {
      // That there is nothing has to be said twice.
      const answer = await ask(sinceMs);
      const found = answer.length > 0 ? answer : await ask(sinceMs);
      const candles: Candle[] = [];
      for (const candle of found) {
        // Venues repeat themselves, and answer more than was asked for.
        if (candle.openTime < earliestMs || candle.closeTime > untilMs) continue;
        candles.push(candle);
        earliestMs = candle.closeTime;
      }
      if (candles.length > 0) yield { candles, isNew: true };
      const isBeyond = found.some(({ closeTime }) => closeTime > untilMs);
      if (isBeyond) return;
      sinceMs = candles.length > 0 ? earliestMs : sinceMs + pageLength * spanMs;
    }
  };

  for await (const block of existing) {
    let from = 0;
    for (const [at, candle] of block.entries()) {
      const isHole = candle.openTime - (nextMs ?? fromMs) >= spanMs;
      if (isHole) {
        if (at > from) yield { candles: block.slice(from, at), isNew: false };
        from = at;
        yield* fill(candle.openTime);
      }
      nextMs = candle.closeTime;
    }
    yield { candles: block.slice(from), isNew: false };
  }
  yield* fill(toMs);
}
