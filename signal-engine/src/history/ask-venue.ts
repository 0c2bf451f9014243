import { setTimeout as sleep } from 'node:timers/promises';
import { UserError, type Candle } from '@heliograph/contracts';
import type { Instrument } from '../feeds/feed.ts';
import type { CandleSource } from '../feeds/live/poll-candles.ts';

export interface Patience {
  /** After so many failures in a row it is given up. */
  readonly tries: number;
  /** The first pause; each is twice as long as the one before, up to a minute. */
  readonly pauseMs: number;
}

export const patient: Patience = { tries: 10, pauseMs: 1_000 };

const longestPauseMs = 60_000;
/** Who is told to wait for longer may as well come back. */
const longestQuietMs = 600_000;

/**
 * Asks for candles until there is an answer.
 * @throws UserError with exit code 1 when the patience is at its end; an AbortError once the signal is aborted
 */
export async function askVenue({
  source,
  instrument,
  sinceMs,
  patience: { tries, pauseMs },
  signal,
  onPause,
}: {
  source: Pick<CandleSource, 'candles' | 'quietMs'>;
  instrument: Instrument;
  sinceMs: number;
  patience: Patience;
  signal: AbortSignal;
  onPause: (why: string, ms: number) => void;
}): Promise<readonly Candle[]> {
  for (let failures = 0; ;) {
    signal.throwIfAborted();
    try {
      return await source.candles(instrument, sinceMs);
    } catch (cause) {
      failures++;
      const why = cause instanceof Error ? cause.message.slice(0, 120) : String(cause);
      const quietMs = source.quietMs();
      if (failures >= tries || quietMs > longestQuietMs) {
        const wanted =
          quietMs > 0
            ? `wants to be left alone for ${Math.ceil(quietMs / 1_000)} s`
            : 'does not answer';
        throw new UserError(
          `${instrument.venue} ${wanted} (${why}): what has come is kept, the same command goes on from there`,
          { exitCode: 1, cause },
        );
      }
      const ms = Math.max(quietMs, Math.min(longestPauseMs, pauseMs * 2 ** (failures - 1)));
      onPause(why, ms);
      await sleep(ms, undefined, { signal });
    }
  }
}
