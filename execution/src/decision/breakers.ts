import {
  deterministicId,
  exactly,
  type Big,
  type EventId,
  type PortfolioSettings,
  type ReasonCode,
} from '@heliograph/contracts';
import { isOfAnotherClock } from './another-clock.ts';
import { draft, type Draft, type DraftOf } from './state/draft.ts';
import { shortened } from './state/order-events.ts';
import type { Portfolio } from './state/portfolio.ts';
import { dayStartOf } from './trading-day.ts';
import { withdraw } from './exits/withdraw.ts';

/** How a portfolio as a whole fares. */
export interface Standing {
  readonly portfolio: Portfolio;
  readonly settings: PortfolioSettings;
  readonly nowMs: number;
  /** At the last prices. */
  equity(): Big;
}

const minuteMs = 60_000;

export function isTooFast({ portfolio, settings, nowMs }: Standing): string | undefined {
  const { maxOrdersPerMinute } = settings.risk;
  if (maxOrdersPerMinute === undefined) return undefined;
  const entries = portfolio.entryTimes.filter(
    (timeMs) => timeMs > nowMs - minuteMs && !isOfAnotherClock(portfolio, timeMs, nowMs),
  ).length;
  return entries >= maxOrdersPerMinute
    ? `${entries} entries within a minute, ${maxOrdersPerMinute} are allowed`
    : undefined;
}

export function isOnLosingStreak({ portfolio, settings }: Standing): string | undefined {
  const { maxLosingStreak } = settings.risk;
  return maxLosingStreak !== undefined && portfolio.losingStreak >= maxLosingStreak
    ? `${portfolio.losingStreak} trades in a row have lost`
    : undefined;
}

export function hasLostToday(standing: Standing): string | undefined {
  const { portfolio, settings, nowMs } = standing;
  const { maxDailyLossRatio } = settings.risk;
  const { dayStartMs, dayStartEquity } = portfolio.valuation;
  // Of a day that is not valued yet nothing is lost.
  if (maxDailyLossRatio === undefined || dayStartMs < dayStartOf(nowMs, settings.dayStart))
    return undefined;
  return fallen(standing, dayStartEquity, {
    by: maxDailyLossRatio,
    from: 'at the start of the day',
  });
}

export function hasDrawnDown(standing: Standing): string | undefined {
  const { maxDrawdownRatio } = standing.settings.risk;
  if (maxDrawdownRatio === undefined) return undefined;
  const { peakEquity } = standing.portfolio.valuation;
  return fallen(standing, peakEquity, { by: maxDrawdownRatio, from: 'at its highest' });
}

function fallen(
  standing: Standing,
  former: Big,
  { by, from }: { by: number; from: string },
): string | undefined {
  if (former.lte('0')) return undefined;
  const equity = standing.equity();
  const lost = former.minus(equity);
  return lost.gt(former.times(exactly(by)))
    ? `equity is ${equity.toFixed()}, ${lost.toFixed()} below ${former.toFixed()} ${from}; ${by} of it may be lost`
    : undefined;
}

/**
 * From here on positions are only made smaller, until a person lifts it; entries that are open are taken back with the
 * same stroke. `key` names what has tripped it.
 */
export function tripped(
  portfolio: Portfolio,
  { reason, detail, key, nowMs, causationId }: Trip,
): Draft[] {
  const why = shortened(`${reason}: ${detail}`);
  const context = {
    portfolio: portfolio.name,
    key: `${reason} ${key}`,
    timeMs: nowMs,
    subject: portfolio.name,
    correlationId: deterministicId('portfolio', portfolio.name),
    ...(causationId && { causationId }),
  };
  return [
    draft('trading_state_changed', context, {
      from: 'ACTIVE',
      to: 'REDUCING',
      reason: why,
      author: 'breaker',
    }),
    draft('incident_reported', context, { kind: 'BREAKER', severity: 'error', detail: why }),
    ...withdraw(portfolio, nowMs, { state: 'REDUCING', reason: why }),
  ];
}

/** Whether that signal has tripped it; its id is made of the signal's. */
export function isTrippedBy(
  { id, subject, data }: DraftOf<'trading_state_changed'>,
  signalId: EventId,
): boolean {
  const [reason = ''] = data.reason.split(':', 1);
  return id === deterministicId(subject, 'trading_state_changed', `${reason} ${signalId}`);
}

export interface Trip {
  readonly reason: ReasonCode;
  readonly detail: string;
  readonly key: string;
  readonly nowMs: number;
  readonly causationId?: EventId;
}
