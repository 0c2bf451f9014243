import { z } from 'zod';
import { envelope } from './envelope.ts';
import { deterministicId } from './ids.ts';
import {
  exactly,
  Name,
  NonNegativeDecimal,
  PositiveDecimal,
  SymbolName,
  Time,
  Timeframe,
  toDecimal,
  toMs,
  toTime,
  Venue,
  type EventId,
} from './units.ts';

/** A closed candle as the pipeline computes with it. Prices are market data, hence numbers; money never is. */
export interface Candle {
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly timeframe: Timeframe;
  /** Epoch ms, inclusive. */
  readonly openTime: number;
  /** Epoch ms, exclusive: the open time of a candle that follows without a gap. */
  readonly closeTime: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Base units. */
  readonly volume: number;
}

/** The tape `live` runs by the wall clock; any other is a replay, whose time is that of its last candle. */
export const liveTape = 'live';

/** A recording that a run plays. */
export const TapeId = Name.describe(
  'A recording that a run plays; `live` is the market as it happens.',
);

const CandleData = z
  .object({
    tape: z.object({ id: TapeId }),
    venue: Venue,
    symbol: SymbolName,
    timeframe: Timeframe,
    openTime: Time.describe('Inclusive.'),
    closeTime: Time.describe('Exclusive: the open time of a candle that follows without a gap.'),
    open: PositiveDecimal,
    high: PositiveDecimal,
    low: PositiveDecimal,
    close: PositiveDecimal,
    volume: NonNegativeDecimal.describe('Base units.'),
  })
  .refine((candle) => toMs(candle.openTime) < toMs(candle.closeTime), {
    error: 'closeTime must be after openTime',
    path: ['closeTime'],
  })
  .refine(({ open, high, low, close }) => isNoneAbove(Number(high), open, low, close), {
    error: 'no price of a candle may lie above its high',
    path: ['high'],
  })
  .refine(({ open, high, low, close }) => isNoneBelow(Number(low), open, high, close), {
    error: 'no price of a candle may lie below its low',
    path: ['low'],
  });

export const CandleClosed = envelope('candle_closed', CandleData)
  .refine((event) => toMs(event.time) === toMs(event.data.closeTime), {
    error: 'time must be the closeTime of the candle',
    path: ['time'],
  })
  .describe('A candle has closed. `subject` is the symbol, `time` the close.');
export type CandleClosed = z.infer<typeof CandleClosed>;

export const TapeEnded = envelope(
  'tape_ended',
  z.object({
    tape: z.object({ id: TapeId }),
    candles: z.int().nonnegative().describe('How many there were.'),
    closes: z
      .array(z.object({ venue: Venue, symbol: SymbolName, close: PositiveDecimal }))
      .describe('The last close of each symbol.'),
  }),
).describe('Nothing more comes on this tape. `time` is that of its last candle.');
export type TapeEnded = z.infer<typeof TapeEnded>;

/** The id of a candle's event, the same whoever publishes it. */
export function candleEventId(candle: Candle, tape: string): EventId {
  const { venue, symbol, timeframe, openTime } = candle;
  return deterministicId('candle_closed', tape, venue, symbol, timeframe, toTime(openTime));
}

export function candleEvent(
  candle: Candle,
  context: { tape: string; source: string; recordedMs: number },
): CandleClosed {
  const { venue, symbol, timeframe } = candle;
  const openTime = toTime(candle.openTime);
  const id = candleEventId(candle, context.tape);
  const closeTime = toTime(candle.closeTime);
  return {
    specversion: '1.0',
    id,
    source: context.source,
    type: 'candle_closed',
    schemaversion: 1,
    subject: symbol,
    time: closeTime,
    recordedtime: toTime(context.recordedMs),
    correlationid: id,
    data: {
      tape: { id: context.tape },
      venue,
      symbol,
      timeframe,
      openTime,
      closeTime,
      open: toDecimal(exactly(candle.open)),
      high: toDecimal(exactly(candle.high)),
      low: toDecimal(exactly(candle.low)),
      close: toDecimal(exactly(candle.close)),
      volume: toDecimal(exactly(candle.volume)),
    },
  };
}

export function candleOf({ data }: CandleClosed): Candle {
  return {
    venue: data.venue,
    symbol: data.symbol,
    timeframe: data.timeframe,
    openTime: toMs(data.openTime),
    closeTime: toMs(data.closeTime),
    open: Number(data.open),
    high: Number(data.high),
    low: Number(data.low),
    close: Number(data.close),
    volume: Number(data.volume),
  };
}

// Without a list of them, for each candle that is read is asked.
function isNoneAbove(limit: number, first: string, second: string, third: string): boolean {
  return limit >= Number(first) && limit >= Number(second) && limit >= Number(third);
}

function isNoneBelow(limit: number, first: string, second: string, third: string): boolean {
  return limit <= Number(first) && limit <= Number(second) && limit <= Number(third);
}
