import {
  deterministicId,
  liveTape,
  TradeSignal,
  toTime,
  type EventId,
  type Mode,
} from '@heliograph/contracts';
import type { HeldPosition } from './portfolio-view.ts';

/** The strategy of signals that a person gives. */
const manualStrategy = 'manual';

const liveExpiryMs = 3_600_000;
/** A replay's hours can pass in moments: there it is no measure of how long somebody meant what he said. */
const replayExpiryMs = 365 * 86_400_000;

export interface CloseOptions {
  readonly portfolio: string;
  readonly mode: Mode;
  readonly tape: string;
  readonly position: HeldPosition;
  /** By the clock of the tape, epoch ms. */
  readonly timeMs: number;
  readonly recordedMs: number;
  /** The last price that is known, and when it was. */
  readonly price: { readonly price: string; readonly timeMs: number; readonly timeframe: string };
  /** Names the command: the same position closed by another command is another signal. */
  readonly command: string;
  readonly reason: string;
}

/** The id of the signal by which a command closes a position. */
function closeSignalId({ portfolio, position, command }: CloseOptions): EventId {
  return deterministicId(manualStrategy, command, portfolio, position.venue, position.symbol);
}

/** A signal to leave a position, at whatever price there is. */
export function closeSignal(options: CloseOptions): TradeSignal {
  const { portfolio, mode, tape, position, timeMs, recordedMs, price, command, reason } = options;
  const { venue, symbol, side, correlationId } = position;
  return TradeSignal.parse({
    specversion: '1.0',
    id: closeSignalId(options),
    source: 'heliograph/close',
    type: 'trade_signal',
    subject: symbol,
    time: toTime(timeMs),
    recordedtime: toTime(recordedMs),
    expirytime: toTime(timeMs + (tape === liveTape ? liveExpiryMs : replayExpiryMs)),
    sequence: 1,
    correlationid: correlationId,
    data: {
      strategy: manualStrategy,
      strategyVersion: '1',
      configHash: manualStrategy,
      runId: `${manualStrategy}-${command}`,
      mode,
      portfolio,
      venue,
      symbol,
      timeframe: price.timeframe,
      intent: 'exit',
      side: side === 'long' ? 'sell' : 'buy',
      targetPosition: 'flat',
      referencePrice: { price: price.price, kind: 'mark', time: toTime(price.timeMs) },
      tape: { id: tape },
      reasons: [reason.slice(0, 256)],
    },
  });
}
