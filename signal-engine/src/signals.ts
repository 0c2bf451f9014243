import {
  type Candle,
  candleEventId,
  type EventId,
  deterministicId,
  exactly,
  Intent,
  liveTape,
  type Mode,
  PermanentError,
  timeframeMs,
  toDecimal,
  toTime,
  TradeSignal,
} from '@heliograph/contracts';
import type { z } from 'zod';
import type { Instant } from './feeds/feed.ts';
import type { ConfiguredStrategy, Strategy, StrategyIntent } from './strategies/define-strategy.ts';

/** A strategy threw, or wanted what is no signal. */
export interface StrategyFailure {
  readonly strategy: string;
  readonly candle: Candle;
  readonly error: unknown;
}

export interface SignalMachine {
  /** The signals of an instant, in the order of its candles. `recordedMs` is when this happens, epoch ms. */
  onInstant(instant: Instant, recordedMs: number): readonly TradeSignal[];
}

/** How long a signal may be acted on, in timeframes: an entry that comes late is another trade, an exit is still due. */
const entryLife = 1;
const exitLife = 10;

const none: readonly TradeSignal[] = [];

/**
 * Strategy instances, one for each instrument, and what makes signals of their intents. Equal candles give equal
 * signals, `recordedtime` apart. A failing strategy gives no signal for that candle and disturbs no other instrument.
 */
export function createSignalMachine(options: {
  readonly strategy: ConfiguredStrategy;
  readonly tape: string;
  readonly mode: Mode;
  readonly runId: string;
  /** Which engine: `signal-engine/alpha`. */
  readonly source: string;
  onError(failure: StrategyFailure): void;
}): SignalMachine {
  const { strategy, tape, mode, runId, source } = options;
  const seats = new Map<string, Map<string, Seat>>();
  let sequence = 0;

  const seatOf = ({ venue, symbol }: Candle): Seat => {
    const known = seats.get(symbol)?.get(venue);
    if (known) return known;
    const seat: Seat = { instance: strategy.create(), idea: undefined };
    seats.set(symbol, (seats.get(symbol) ?? new Map<string, Seat>()).set(venue, seat));
    return seat;
  };

  const signalOf = (
    intent: StrategyIntent,
    candle: Candle,
    seat: Seat,
    recordedMs: number,
  ): TradeSignal => {
    const { venue, symbol, timeframe, closeTime } = candle;
    const time = toTime(closeTime);
    const id = deterministicId(
      'trade_signal',
      strategy.name,
      strategy.version,
      strategy.configHash,
      venue,
      symbol,
      timeframe,
      time,
      intent.intent,
      ...(tape === liveTape ? [] : [tape]),
    );
    const life = leaves(intent) ? exitLife : entryLife;
    return checkSignal({
      specversion: '1.0',
      id,
      source,
      type: 'trade_signal',
      subject: symbol,
      time,
      recordedtime: toTime(recordedMs),
      expirytime: toTime(closeTime + life * timeframeMs(timeframe)),
      sequence: sequence + 1,
      correlationid: begins(intent) ? id : (seat.idea ?? id),
      causationid: candleEventId(candle, tape),
      data: {
        ...intent,
        strategy: strategy.name,
        strategyVersion: strategy.version,
        configHash: strategy.configHash,
        runId,
        mode,
        venue,
        symbol,
        timeframe,
        referencePrice: { price: toDecimal(exactly(candle.close)), kind: 'close', time },
        tape: { id: tape },
      },
    });
  };

  const onCandle = (candle: Candle, recordedMs: number): TradeSignal | undefined => {
    try {
      const seat = seatOf(candle);
      const intent = seat.instance.onCandle(candle);
      if (intent === undefined) return undefined;
      if (!Intent.safeParse(intent?.intent).success)
        throw invalid(`onCandle gave ${JSON.stringify(intent)}, expected an intent or undefined`);
      const signal = signalOf(intent, candle, seat, recordedMs);
      sequence = signal.sequence;
      seat.idea = signal.data.targetPosition === 'flat' ? undefined : signal.correlationid;
      return signal;
    } catch (error) {
      options.onError({ strategy: strategy.name, candle, error });
      return undefined;
    }
  };

  return {
    onInstant(instant, recordedMs) {
      let signals: TradeSignal[] | undefined;
      for (const candle of instant.candles) {
        const signal = onCandle(candle, recordedMs);
        if (signal) (signals ??= []).push(signal);
      }
      return signals ?? none;
    },
  };
}

interface Seat {
  readonly instance: Strategy;
  /** The id of the entry whose position the strategy believes to hold. */
  idea: EventId | undefined;
}

function begins({ intent }: StrategyIntent): boolean {
  return intent === 'enter' || intent === 'reverse';
}

function leaves({ intent }: StrategyIntent): boolean {
  return intent === 'exit' || intent === 'reduce' || intent === 'cancel';
}

function checkSignal(signal: z.input<typeof TradeSignal>): TradeSignal {
  const parsed = TradeSignal.safeParse(signal);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw invalid(issues.join('; '));
}

function invalid(message: string): PermanentError {
  return new PermanentError('INVALID_SIGNAL', message);
}
