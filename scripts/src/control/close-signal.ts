import {
  deterministicId,
  liveTape,
  TradeSignal,
  toTime,
  type EventId,
  type Mode,
  type Side,
  type SymbolName,
  type Venue,
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
  /** Nothing is sold: what the venue does not have goes out of the books at the price. Default: false. */
  readonly writeOff?: boolean;
}

/** A signal to leave a position, at whatever price there is. */
export function closeSignal({ position, writeOff = false, ...options }: CloseOptions): TradeSignal {
  const { side, correlationId } = position;
  return handSignal({
    ...options,
    instrument: position,
    correlationId,
    by: writeOff ? 'write-off' : 'close',
    does: {
      intent: 'exit',
      side: side === 'long' ? 'sell' : 'buy',
      targetPosition: 'flat',
      ...(writeOff && { writeOff }),
    },
  });
}

/** A signal to take back every entry that is open in an instrument. */
export function cancelSignal({
  order,
  ...options
}: Omit<CloseOptions, 'position' | 'writeOff'> & {
  readonly order: Instrument & { readonly side: Side };
}): TradeSignal {
  return handSignal({
    ...options,
    instrument: order,
    by: 'cancel',
    does: { intent: 'cancel', side: order.side, targetPosition: 'flat' },
  });
}

interface Instrument {
  readonly venue: Venue;
  readonly symbol: SymbolName;
}

function handSignal({
  portfolio,
  mode,
  tape,
  instrument: { venue, symbol },
  correlationId,
  timeMs,
  recordedMs,
  price,
  command,
  reason,
  by,
  does,
}: Omit<CloseOptions, 'position' | 'writeOff'> & {
  readonly instrument: Instrument;
  readonly correlationId?: EventId;
  /** The command that was given. */
  readonly by: string;
  readonly does: Pick<TradeSignal['data'], 'intent' | 'side' | 'targetPosition' | 'writeOff'>;
}): TradeSignal {
  // The same command gives the same signal.
  const id = deterministicId(manualStrategy, command, portfolio, venue, symbol);
  return TradeSignal.parse({
    specversion: '1.0',
    id,
    source: `heliograph/${by}`,
    type: 'trade_signal',
    subject: symbol,
    time: toTime(timeMs),
    recordedtime: toTime(recordedMs),
    expirytime: toTime(timeMs + (tape === liveTape ? liveExpiryMs : replayExpiryMs)),
    sequence: 1,
    correlationid: correlationId ?? id,
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
      ...does,
      referencePrice: { price: price.price, kind: 'mark', time: toTime(price.timeMs) },
      tape: { id: tape },
      reasons: [reason.slice(0, 256)],
    },
  });
}
