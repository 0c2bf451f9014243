import {
  type Candle,
  candleEvent,
  deterministicId,
  subjects,
  TapeEnded,
  toTime,
  type TradeSignal,
} from '@heliograph/contracts';
import type { Outgoing } from '@heliograph/contracts/bus';

/** Where a message comes from. */
export interface Origin {
  readonly tape: string;
  /** Which engine: `signal-engine/alpha`. */
  readonly source: string;
}

export function candleMessage(candle: Candle, origin: Origin): Outgoing {
  const event = candleEvent(candle, { ...origin, recordedMs: Date.now() });
  return { subject: subjects.candle(candle), id: event.id, body: JSON.stringify(event) };
}

/** `sequence` is that of the candle that triggered it, in MARKET. */
export function signalMessage(signal: TradeSignal, sequence: number | undefined): Outgoing {
  const { data } = signal;
  const placed = { ...signal, data: { ...data, tape: { ...data.tape, sequence } } };
  return { subject: subjects.signal(data), id: signal.id, body: JSON.stringify(placed) };
}

/** `time` is that of the tape's last candle, epoch ms. */
export function tapeEndedMessage(
  { time, candles }: { time: number; candles: number },
  { tape, source }: Origin,
): Outgoing {
  const id = deterministicId('tape_ended', tape);
  const event = TapeEnded.parse({
    specversion: '1.0',
    id,
    source,
    type: 'tape_ended',
    subject: tape,
    time: toTime(time),
    recordedtime: toTime(Date.now()),
    correlationid: id,
    data: { tape: { id: tape }, candles },
  });
  return { subject: subjects.tape(tape), id, body: JSON.stringify(event) };
}
