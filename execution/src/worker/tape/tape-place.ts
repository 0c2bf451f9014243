import { earliestMs, toMs, type TradeSignal } from '@heliograph/contracts';
import type { Moment } from '../venue/sending.ts';

/** How far a worker has worked off the tape of a portfolio, and what time it is there. */
export interface TapePlace {
  /** The last message of MARKET that was begun with; 0 before the first. */
  readonly sequence: number;
  /** The close of the last candle of the tape that was worked off, or the time of the last trade; epoch ms. */
  readonly playedMs: number;
  reach(sequence: number): void;
  play(closeTime: number): void;
  /** What time it is: that of the wall clock where the market is live, that of the tape where one is played. */
  nowMs(): number;
  /** The same, and not before something that says what time it is itself. */
  nowFor(it: Pick<TradeSignal, 'time'> | { readonly timeMs: number }): number;
  /** Where what is done at that time is on the tape: a paper exchange fills from it. */
  moment(timeMs: number): Moment;
}

export function createTapePlace({
  isLive,
  isPaper,
  nowMs,
}: {
  isLive: boolean;
  isPaper: boolean;
  /** The wall clock, epoch ms. */
  nowMs: () => number;
}): TapePlace {
  let sequence = 0;
  let playedMs = earliestMs;
  return {
    get sequence() {
      return sequence;
    },
    get playedMs() {
      return playedMs;
    },
    reach: (place) => void (sequence = place),
    play: (closeTime) => void (playedMs = Math.max(playedMs, closeTime)),
    nowMs: () => (isLive ? nowMs() : playedMs),
    nowFor: (it) =>
      isLive ? nowMs() : Math.max('timeMs' in it ? it.timeMs : toMs(it.time), playedMs),
    moment: (timeMs) => ({ timeMs, ...(isPaper && { tapeSequence: sequence }) }),
  };
}
