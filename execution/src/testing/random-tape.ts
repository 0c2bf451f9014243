import {
  exactly,
  SymbolName,
  Timeframe,
  toDecimal,
  Venue,
  type Candle,
} from '@heliograph/contracts';
import fc from 'fast-check';
import type { Print } from '../paper/slice.ts';

const venue = Venue.parse('binance');
/** What is traded, and at what price it begins. */
export const traded = [
  { symbol: SymbolName.parse('BTC/USDT'), start: 100 },
  { symbol: SymbolName.parse('ETH/USDT'), start: 20 },
  { symbol: SymbolName.parse('XRP/USDT'), start: 0.5 },
].map((each) => ({ ...each, venue }));

const bps = (most: number) => fc.integer({ min: -most, max: most });
const jump = fc.oneof({ weight: 6, arbitrary: bps(60) }, { weight: 1, arbitrary: bps(1_500) });

/** How the price of one symbol goes within one candle, basis points; undefined where the candle is missing. */
const randomMove = fc.option(
  fc.record({
    gap: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: jump }),
    way: jump,
    above: fc.nat({ max: 80 }),
    below: fc.nat({ max: 80 }),
    volume: fc.constantFrom(1_000, 40, 3, 0.2, 0).map((volume): number => volume),
  }),
  { nil: undefined, freq: 6 },
);
type Move = typeof randomMove extends fc.Arbitrary<infer T> ? T : never;

/** The moves of all symbols within one candle. */
export const randomMoves = fc.tuple(randomMove, randomMove, randomMove);
export type Moves = readonly Move[];

/** Prices of one instant, and the last ones of each symbol. */
export interface Prices {
  readonly candles: readonly Candle[];
  readonly prints: readonly Print[];
  readonly timeMs: number;
  readonly last: readonly number[];
}

/** Candles, or the trades that they are made of, one instant after the other. */
export function tapeOf(
  steps: readonly Moves[],
  {
    startMs,
    lengthMs,
    asPrints,
    longEvery,
  }: {
    startMs: number;
    /** Of a candle. */
    lengthMs: number;
    /** Each candle comes as the trades at its four prices. */
    asPrints: boolean;
    /** Every so many candles of the first symbol there comes one that spans them all; 0 for never. */
    longEvery: number;
  },
): Prices[] {
  const last = traded.map(({ start }) => start);
  let span: Candle[] = [];
  return steps.map((moves, at) => {
    const openTime = startMs + at * lengthMs;
    const closeTime = openTime + lengthMs;
    const candles = moves.flatMap((move, index): Candle[] => {
      const instrument = traded[index];
      // The last instant has them all: it says what is left is worth.
      const isMissing = move === undefined && at < steps.length - 1;
      if (!instrument || isMissing) return [];
      const { gap, way, above, below, volume } = move ?? still;
      const open = moved(last[index] ?? 1, gap);
      const close = moved(open, way);
      last[index] = close;
      return [
        {
          venue,
          symbol: instrument.symbol,
          timeframe: Timeframe.parse(`${lengthMs / 1_000}s`),
          openTime,
          closeTime,
          open,
          close,
          high: Math.max(open, close, moved(Math.max(open, close), above)),
          low: Math.min(open, close, moved(Math.min(open, close), -below)),
          volume,
        },
      ];
    });
    const first = candles.find(({ symbol }) => symbol === traded[0]?.symbol);
    if (first) span.push(first);
    const isLong = longEvery > 0 && (at + 1) % longEvery === 0;
    const long = isLong ? spanning(span) : [];
    if (isLong) span = [];
    return {
      candles: asPrints ? [] : [...candles, ...long],
      prints: asPrints ? candles.flatMap(printsOf).toSorted((a, b) => a.timeMs - b.timeMs) : [],
      timeMs: closeTime,
      last: [...last],
    };
  });
}

const still = { gap: 0, way: 0, above: 0, below: 0, volume: 1 };

export function moved(price: number, shiftBps: number): number {
  return Math.max(0.01, Math.round(price * (1 + shiftBps / 10_000) * 10_000) / 10_000);
}

/** One candle over several, from the open of the first to the close of the last. */
function spanning(candles: readonly Candle[]): Candle[] {
  const [first] = candles;
  const lastOne = candles.at(-1);
  if (!first || !lastOne || first === lastOne) return [];
  const lengthMs = lastOne.closeTime - first.openTime;
  return [
    {
      ...first,
      timeframe: Timeframe.parse(`${lengthMs / 1_000}s`),
      closeTime: lastOne.closeTime,
      close: lastOne.close,
      high: Math.max(...candles.map(({ high }) => high)),
      low: Math.min(...candles.map(({ low }) => low)),
      volume: candles.reduce((sum, { volume }) => sum + volume, 0),
    },
  ];
}

function printsOf({
  symbol,
  openTime,
  closeTime,
  open,
  high,
  low,
  close,
  volume,
}: Candle): Print[] {
  if (volume === 0) return [];
  const quantity = toDecimal(exactly(volume / 4));
  const stepMs = (closeTime - openTime) / 4;
  return [open, low, high, close].map((price, index) => ({
    venue,
    symbol,
    price: toDecimal(exactly(price)),
    quantity,
    timeMs: Math.floor(openTime + (index + 1) * stepMs),
  }));
}
