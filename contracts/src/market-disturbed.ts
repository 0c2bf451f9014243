import { z } from 'zod';
import { envelope } from './envelope.ts';
import { deterministicId } from './ids.ts';
import { keysOf } from './keys-of.ts';
import { SymbolName, Time, Timeframe, toTime, Venue } from './units.ts';

/** What can be wrong with a market: kind and meaning. The documents are made from this list. */
export const disturbances = {
  MARKET_GAP:
    'The market has told no candles for a while and goes on. The first candle behind the hole opens no position.',
  MARKET_SILENT: 'No candle has closed for three timeframes. Nothing is decided until one does.',
  MARKET_BACK: 'Candles close again.',
  BAD_CANDLE:
    'A candle cannot be, as with a high below its low or a price that is no number. It is left out.',
  FUTURE_DATA: 'Data of a time that has not come. It is left out.',
  LATE_DATA:
    'Data of a time that is over: its candle, or a later one, is told already. It is left out.',
  CLOCK_JUMP: 'The clock of this machine has jumped. Signals expire, and candles close, by it.',
} as const;

export const DisturbanceKind = z.enum(keysOf(disturbances)).meta({
  id: 'DisturbanceKind',
  description: 'What is wrong with a market; docs/reason-codes.md lists the kinds.',
});
export type DisturbanceKind = keyof typeof disturbances;

const maxDetailLength = 1_000;

export const MarketDisturbed = envelope(
  'market_disturbed',
  z.object({
    kind: DisturbanceKind,
    severity: z.enum(['info', 'warning', 'error']),
    venue: Venue.describe('Where it is about a market.').optional(),
    symbol: SymbolName.optional(),
    timeframe: Timeframe.optional(),
    from: Time.describe('Since when.').optional(),
    to: Time.describe('Until when.').optional(),
    detail: z.string().max(maxDetailLength),
  }),
).describe(
  'Something is wrong with a market or with the clock that it is watched by, or right again. `subject` is the symbol, or the service.',
);
export type MarketDisturbed = z.infer<typeof MarketDisturbed>;

/** Equal disturbances of equal markets have equal ids, whoever sees them. */
export function marketDisturbedEvent({
  source,
  nowMs,
  kind,
  severity,
  instrument,
  timeMs = nowMs,
  fromMs,
  toMs,
  detail,
}: {
  readonly source: string;
  /** The wall clock, epoch ms. */
  readonly nowMs: number;
  readonly kind: DisturbanceKind;
  readonly severity: MarketDisturbed['data']['severity'];
  readonly instrument?:
    | { readonly venue: Venue; readonly symbol: SymbolName; readonly timeframe: Timeframe }
    | undefined;
  /** When it happened by the clock of the market, epoch ms; default: now. */
  readonly timeMs?: number | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly detail: string;
}): MarketDisturbed {
  const time = toTime(timeMs);
  const [service = source] = source.split('/');
  const { venue, symbol, timeframe } = instrument ?? {};
  const about = instrument ? [venue ?? '', symbol ?? '', timeframe ?? ''] : [source];
  const id = deterministicId('market_disturbed', kind, time, ...about);
  return {
    specversion: '1.0',
    id,
    source,
    type: 'market_disturbed',
    schemaversion: 1,
    subject: symbol ?? service,
    time,
    recordedtime: toTime(nowMs),
    correlationid: id,
    data: {
      kind,
      severity,
      ...(instrument && { venue, symbol, timeframe }),
      ...(fromMs !== undefined && { from: toTime(fromMs) }),
      ...(toMs !== undefined && { to: toTime(toMs) }),
      detail: detail.slice(0, maxDetailLength),
    },
  };
}
