import {
  Decimal,
  SymbolName,
  Timeframe,
  type Candle,
  type PortfolioSettings,
} from '@heliograph/contracts';
import { simulateCandles, simulatedVenue, usualRates } from '@heliograph/signal-engine';

const timeframe = Timeframe.parse('1m');
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

/** One-minute candles of a simulated market without holes, the same for the same seed. */
export function simulatedCandles(
  count: number,
  { symbol = simulatedSymbols[0], seed = 1 }: { symbol?: SymbolName; seed?: number } = {},
): Candle[] {
  if (symbol === undefined) return [];
  const instrument = { venue: simulatedVenue, symbol, timeframe };
  const rates = { ...usualRates, outageEveryMs: 0 };
  return [...simulateCandles(instrument, { seed, spans: count, rates })].flat();
}
