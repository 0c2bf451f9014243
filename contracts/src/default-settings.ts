import type { RiskLimits } from './portfolio-settings.ts';

/** The limits of whoever names none. */
export const defaultRisk: RiskLimits = {
  maxPositions: 5,
  maxSymbolExposureRatio: 1,
  maxExposureRatio: 1,
  priceCollarBps: 500,
  maxSpreadBps: 100,
  maxDataAgeMs: 60_000,
  maxOrdersPerMinute: 120,
  cooldownMs: 60_000,
  maxLosingStreak: 25,
  maxDailyLossRatio: 0.1,
  maxDrawdownRatio: 0.25,
  maxClockSkewMs: 2_000,
};
