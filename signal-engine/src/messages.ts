import {
  type Candle,
  candleEvent,
  deterministicId,
  exactly,
  subjects,
  TapeEnded,
  toDecimal,
  toTime,
  type TradeSignal,
} from '@heliograph/contracts';
import type { Outgoing } from '@heliograph/contracts/bus';
import type { TapeTally } from './tape-tally.ts';

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

/** `sequence` is the last in MARKET that the decision knows of: that of its instant's last candle. */
export function signalMessage(signal: TradeSignal, sequence: number): Outgoing {
  const { data } = signal;
  const placed = { ...signal, data: { ...data, tape: { ...data.tape, sequence } } };
  return { subject: subjects.signal(data), id: signal.id, body: JSON.stringify(placed) };
}

export function tapeEndedMessage(
  { instant, candles, lastCandles }: TapeTally,
  { tape, source }: Origin,
): Outgoing {
  const closes = lastCandles.map(({ venue, symbol, close }) => ({
    venue,
    symbol,
    close: toDecimal(exactly(close)),
  }));
  const id = deterministicId('tape_ended', tape);
  const event = TapeEnded.parse({
    specversion: '1.0',
    id,
    source,
    type: 'tape_ended',
    subject: tape,
    time: toTime(instant ?? 0),
    recordedtime: toTime(Date.now()),
    correlationid: id,
    data: { tape: { id: tape }, candles, closes },
  });
  return { subject: subjects.tape(tape), id, body: JSON.stringify(event) };
}
