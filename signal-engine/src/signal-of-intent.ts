import { inspect } from 'node:util';
import {
  type Candle,
  candleEventId,
  compiled,
  deterministicId,
  type EventId,
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
import type { ConfiguredStrategy, StrategyIntent } from './strategies/define-strategy.ts';

/** How long a signal may be acted on, in timeframes: an entry that comes late is another trade, an exit is still due. */
export const entryLife = 1;
export const exitLife = 10;

/** Whose signals they are. */
export interface Maker {
  readonly strategy: ConfiguredStrategy;
  readonly tape: string;
  readonly mode: Mode;
  readonly runId: string;
  /** Which engine: `signal-engine/alpha`. */
  readonly source: string;
}

/**
 * What an intent becomes on a candle. `idea` is the id of the entry whose position the strategy believes to hold.
 * @throws PermanentError INVALID_SIGNAL when the intent makes no signal
 */
export function signalOfIntent(
  intent: StrategyIntent,
  { strategy, tape, mode, runId, source }: Maker,
  on: {
    readonly candle: Candle;
    readonly idea: EventId | undefined;
    readonly sequence: number;
    readonly recordedMs: number;
  },
): TradeSignal {
  checkIntent(intent);
  const { candle } = on;
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
    recordedtime: toTime(on.recordedMs),
    expirytime: toTime(closeTime + life * timeframeMs(timeframe)),
    sequence: on.sequence,
    correlationid: begins(intent) ? id : (on.idea ?? id),
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
}

/** A promise is let go, whatever becomes of it. */
function checkIntent(intent: unknown): void {
  if (intent instanceof Promise) {
    intent.catch(() => {});
    throw invalid('onCandle gave a promise: a strategy answers at once, without async and await');
  }
  const wanted = typeof intent === 'object' && intent !== null && 'intent' in intent;
  if (wanted && Intent.safeParse(intent.intent).success) return;
  const found = inspect(intent, { depth: 1, maxStringLength: 80, breakLength: Infinity });
  throw invalid(`onCandle gave ${found}, expected an intent or undefined`);
}

function begins({ intent }: StrategyIntent): boolean {
  return intent === 'enter' || intent === 'reverse';
}

export function leaves({ intent }: StrategyIntent): boolean {
  return intent === 'exit' || intent === 'reduce' || intent === 'cancel';
}

function checkSignal(signal: z.input<typeof TradeSignal>): TradeSignal {
  const parsed = compiled(TradeSignal).safeParse(signal);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw invalid(issues.join('; '));
}

function invalid(message: string): PermanentError {
  return new PermanentError('INVALID_SIGNAL', message);
}
