import { PortfolioSettings } from '@heliograph/contracts';
import fc from 'fast-check';

/** What a portfolio may be traded by: every stake, limit and model, most of them off most of the time. */
export const randomSettings: fc.Arbitrary<PortfolioSettings> = fc
  .record({
    cash: fc.constantFrom('1000', '250', '12345.6789'),
    stake: fc.oneof(
      fc.constantFrom(
        { kind: 'quote', value: '300' },
        { kind: 'quote', value: '99.99' },
        { kind: 'base', value: '1' },
        { kind: 'base', value: '2.5' },
        { kind: 'equityRatio', value: 0.4 },
        { kind: 'riskRatio', value: 0.02 },
        { kind: 'all' },
      ),
    ),
    feeBps: fc.constantFrom('0', '10', '7.5'),
    slippageBps: fc.constantFrom('0', '5', '150'),
    lotSize: fc.constantFrom('0.001', '0.1', '0.00000001'),
    tickSize: rarely('0.01', '0.05'),
    risk: fc.record({
      maxPositions: rarely(1, 2),
      maxOrderNotional: rarely('250', '400'),
      maxSymbolExposureRatio: rarely(0.3, 0.6),
      maxExposureRatio: rarely(0.5, 0.9, 2),
      priceCollarBps: rarely(200, 500),
      maxOrdersPerMinute: rarely(1, 2),
      cooldownMs: rarely(60_000, 200_000),
      maxLosingStreak: rarely(1, 2),
      maxDailyLossRatio: rarely(0.01, 0.05),
      maxDrawdownRatio: rarely(0.01, 0.05),
    }),
    instruments: rarely({
      'BTC/USDT': { tickSize: '0.1', lotSize: '0.01', minQuantity: '0.05', minNotional: '20' },
      'ETH/USDT': { maxQuantity: '9', minNotional: '50' },
    }),
    shorting: rarely(true),
    leverage: rarely(2, 5),
    signalSize: rarely(true),
    exitGraceMs: rarely(30_000),
    dayStart: rarely('00:07'),
    paper: fc.record({
      tape: rarely('candles', 'trades'),
      makerFeeBps: rarely('0', '2'),
      slippage: rarely(
        { kind: 'spread', spreadBps: '20' },
        { kind: 'volumeShare', impactBps: '300' },
      ),
      latencyMs: rarely(1, 250, 61_000),
      maxVolumeRatio: rarely(0.1, 0.5),
    }),
  })
  .map((settings) => PortfolioSettings.parse(withoutAbsent(settings)));

/** Absent three times in four. */
function rarely<T>(...values: readonly T[]): fc.Arbitrary<T | undefined> {
  return fc.option(fc.constantFrom(...values), { nil: undefined, freq: 3 });
}

function withoutAbsent(settings: unknown): unknown {
  return JSON.parse(JSON.stringify(settings));
}
