import {
  Decimal,
  SymbolName,
  Timeframe,
  timeframeMs,
  Venue,
  type Candle,
  type PortfolioSettings,
} from '@heliograph/contracts';

/** No real venue: whatever is made here is simulated and says so. */
export const simulatedVenue = Venue.parse('simulated');
const timeframe = Timeframe.parse('1m');
const start = Date.UTC(2026, 0, 5);
const symbolCount = 24;

export const simulatedSymbols: readonly SymbolName[] = Array.from(
  { length: symbolCount },
  (_, index) => SymbolName.parse(`SIM${String(index + 1).padStart(2, '0')}/USDT`),
);

/** A portfolio that can pay for whatever a measure sends it. */
export const benchSettings: PortfolioSettings = {
  cash: Decimal.parse('1000000000'),
  stake: { kind: 'quote', value: Decimal.parse('1000') },
  feeBps: Decimal.parse('10'),
  slippageBps: Decimal.parse('0'),
  lotSize: Decimal.parse('0.00000001'),
  risk: {},
};

/** One-minute candles of a random walk in cents, the same for the same seed. */
export function simulatedCandles(
  count: number,
  { symbol = simulatedSymbols[0], seed = 1 }: { symbol?: SymbolName; seed?: number } = {},
): Candle[] {
  if (symbol === undefined) return [];
  const random = createRandom(seed);
  const step = timeframeMs(timeframe);
  let price = 5_000_000;
  return Array.from({ length: count }, (_, at) => {
    const open = price;
    const close = Math.max(100_000, open + Math.round((random() + random() - 1) * 4_000));
    const high = Math.max(open, close) + Math.round(random() * 500);
    const low = Math.min(open, close) - Math.round(random() * 500);
    price = close;
    const openTime = start + at * step;
    return {
      venue: simulatedVenue,
      symbol,
      timeframe,
      openTime,
      closeTime: openTime + step,
      open: open / 100,
      high: high / 100,
      low: low / 100,
      close: close / 100,
      volume: Math.round(random() * 1_000) / 100,
    };
  });
}

/** Numbers from 0 to below 1: a 32-bit Weyl sequence, mixed. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
