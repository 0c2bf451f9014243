import { z } from 'zod';
import { TapeId, type Candle } from './candle.ts';
import { envelope } from './envelope.ts';
import { deterministicId } from './ids.ts';
import { Name, SymbolName, Time, Timeframe, toTime, Venue } from './units.ts';

const maxErrorLength = 4_000;

/** What a strategy did instead of giving an intent or nothing. */
const FailureKind = z.enum(['threw', 'hung', 'nonsense']);

export const StrategyFailed = envelope(
  'strategy_failed',
  z.object({
    strategy: Name,
    strategyVersion: z.string().min(1).max(64),
    configHash: z.string().min(1).max(64),
    tape: z.object({ id: TapeId }),
    venue: Venue,
    symbol: SymbolName,
    timeframe: Timeframe,
    closeTime: Time.describe('Of the candle on which it failed.'),
    failure: FailureKind.describe(
      'It threw; it did not come back in time and was ended; or it wanted what is no signal.',
    ),
    error: z.string().max(maxErrorLength),
    place: z.string().max(512).describe('File, line and column in its code, if known.').optional(),
    suspended: z.boolean().describe('Whether it is given no more candles of this symbol.'),
  }),
).describe(
  'A strategy has failed on a candle. It has made no signal of it; other symbols go on. `subject` is the symbol.',
);
export type StrategyFailed = z.infer<typeof StrategyFailed>;

/** The same failure on the same candle has the same id, whichever engine tells of it. */
export function strategyFailedEvent({
  strategy: { name, version, configHash },
  candle: { venue, symbol, timeframe, closeTime },
  ...told
}: {
  readonly strategy: {
    readonly name: string;
    readonly version: string;
    readonly configHash: string;
  };
  readonly candle: Candle;
  readonly tape: string;
  readonly failure: z.infer<typeof FailureKind>;
  readonly error: string;
  readonly place?: string | undefined;
  readonly suspended: boolean;
  readonly source: string;
  /** The wall clock, epoch ms. */
  readonly nowMs: number;
}): StrategyFailed {
  const time = toTime(closeTime);
  const about = [name, version, configHash, told.tape, venue, symbol, timeframe, time];
  const id = deterministicId('strategy_failed', ...about);
  return StrategyFailed.parse({
    specversion: '1.0',
    id,
    source: told.source,
    type: 'strategy_failed',
    schemaversion: 1,
    subject: symbol,
    time,
    recordedtime: toTime(told.nowMs),
    correlationid: id,
    data: {
      strategy: name,
      strategyVersion: version.slice(0, 64),
      configHash,
      tape: { id: told.tape },
      venue,
      symbol,
      timeframe,
      closeTime: time,
      failure: told.failure,
      error: told.error.slice(0, maxErrorLength),
      ...(told.place !== undefined && { place: told.place.slice(-512) }),
      suspended: told.suspended,
    },
  });
}
