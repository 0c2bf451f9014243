import type { PortfolioSettings, RiskLimits } from './portfolio-settings.ts';
import type { ReasonCode } from './reason-codes.ts';
import { PositiveDecimal, NonNegativeDecimal } from './units.ts';

/** The limits that hold where nobody has said anything else. */
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

/** What the command line trades with where it is told nothing. */
export const defaultSettings: PortfolioSettings = {
  cash: PositiveDecimal.parse('10000'),
  stake: { kind: 'quote', value: PositiveDecimal.parse('1000') },
  feeBps: NonNegativeDecimal.parse('10'),
  slippageBps: NonNegativeDecimal.parse('0'),
  lotSize: PositiveDecimal.parse('0.00000001'),
  exitGraceMs: 86_400_000,
  risk: defaultRisk,
};

/** Why a signal is skipped that would break a limit, or why trading stops where a limit trips the breaker. */
export const riskReasons = {
  maxPositions: 'MAX_POSITIONS',
  symbols: 'UNKNOWN_SYMBOL',
  maxOrderNotional: 'MAX_NOTIONAL',
  maxSymbolExposureRatio: 'MAX_EXPOSURE',
  maxExposureRatio: 'MAX_EXPOSURE',
  priceCollarBps: 'PRICE_COLLAR',
  maxSpreadBps: 'SPREAD',
  maxDataAgeMs: 'STALE_DATA',
  maxOrdersPerMinute: 'ORDER_RATE',
  cooldownMs: 'COOLDOWN',
  maxLosingStreak: 'LOSING_STREAK',
  maxDailyLossRatio: 'DAILY_LOSS',
  maxDrawdownRatio: 'DRAWDOWN',
  maxClockSkewMs: 'CLOCK_SKEW',
} as const satisfies Record<keyof RiskLimits, ReasonCode>;
