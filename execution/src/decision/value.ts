import {
  deterministicId,
  toDecimal,
  toPositive,
  toTime,
  type PortfolioSettings,
} from '@heliograph/contracts';
import { isOfAnotherClock } from './another-clock.ts';
import { hasDrawnDown, hasLostToday, tripped, type Standing } from './breakers.ts';
import { draft, type Draft } from './state/draft.ts';
import { inexact, isSurelyAbove } from './entries/estimate.ts';
import {
  equityOf,
  exposureOf,
  priceOf,
  settingsOf,
  type Portfolio,
  type Prices,
  type Valuation,
} from './state/portfolio.ts';
import { dayStartOf } from './trading-day.ts';

const hourMs = 3_600_000;
/** After the point: an average entry price may have more than the journal takes. */
const digits = 24;
const nothing: readonly Draft[] = [];

/**
 * What the portfolio is worth, when it is time to write that down, and the breakers that its worth trips between
 * signals. It is asked at every price and must cost next to nothing where nothing is held. Whoever lags behind the
 * fills says nothing: it would value what is held no more.
 */
export function value(portfolio: Portfolio, prices: Prices, nowMs: number): readonly Draft[] {
  if (portfolio.positions.size === 0 || portfolio.marked) return nothing;
  const { lastFillMs } = portfolio;
  if (nowMs <= lastFillMs && !isOfAnotherClock(portfolio, lastFillMs, nowMs)) return nothing;
  const settings = settingsOf(portfolio);
  const { timeMs, dayStartMs } = portfolio.valuation;
  const today = dayStartOf(nowMs, settings.dayStart);
  const isNewDay = today > dayStartMs;
  const isDue = isNewDay || Math.floor(nowMs / hourMs) > Math.floor(timeMs / hourMs);
  const mayTrip =
    portfolio.tradingState.state === 'ACTIVE' && mayBeBelow(portfolio, settings, prices);
  if (!isDue && !mayTrip) return nothing;
  const equity = equityOf(portfolio, prices).round(digits);
  const standing: Standing = { portfolio, settings, nowMs, equity: () => equity };
  const drafts: Draft[] = [];
  if (isDue) drafts.push(valued(standing, prices, isNewDay ? today : undefined));
  if (mayTrip) drafts.push(...trips(standing));
  return drafts;
}

/** Whether a breaker might trip: most prices are far from that, and exact decimals are slow. */
function mayBeBelow(portfolio: Portfolio, { risk }: PortfolioSettings, prices: Prices): boolean {
  const { maxDailyLossRatio, maxDrawdownRatio } = risk;
  const { dayStartEquity, peakEquity } = portfolio.valuation;
  if (maxDailyLossRatio === undefined && maxDrawdownRatio === undefined) return false;
  const floor = Math.max(
    inexact(dayStartEquity) * (1 - (maxDailyLossRatio ?? 1)),
    inexact(peakEquity) * (1 - (maxDrawdownRatio ?? 1)),
  );
  return !isSurelyAbove(portfolio, prices, floor);
}

function trips(standing: Standing): readonly Draft[] {
  const { portfolio, nowMs } = standing;
  const trip = (reason: 'DAILY_LOSS' | 'DRAWDOWN', detail: string | undefined) =>
    detail === undefined
      ? undefined
      : tripped(portfolio, { reason, detail, key: toTime(nowMs), nowMs });
  return (
    trip('DAILY_LOSS', hasLostToday(standing)) ??
    trip('DRAWDOWN', hasDrawnDown(standing)) ??
    nothing
  );
}

function valued(
  { portfolio, nowMs, equity }: Standing,
  prices: Prices,
  newDayMs: number | undefined,
): Draft {
  const { valuation, tradingState, name, cash } = portfolio;
  const worth = equity();
  const dayStartMs = newDayMs ?? valuation.dayStartMs;
  // A resume has it valued anew within the same hour, and so has another time at which days begin.
  const which = placeOf({ timeMs: nowMs, dayStartMs });
  const isAgain = newDayMs !== undefined && which === placeOf(valuation);
  const key = `${toTime(which)} ${tradingState.sinceMs}${isAgain ? ` ${toTime(newDayMs)}` : ''}`;
  return draft(
    'portfolio_valued',
    {
      portfolio: name,
      key,
      timeMs: nowMs,
      subject: name,
      correlationId: deterministicId('portfolio', name),
    },
    {
      cash: toDecimal(cash),
      equity: toDecimal(worth),
      exposure: toDecimal(exposureOf(portfolio, prices).round(digits)),
      peakEquity: toDecimal(worth.gt(valuation.peakEquity) ? worth : valuation.peakEquity),
      dayStartEquity: toDecimal(newDayMs === undefined ? valuation.dayStartEquity : worth),
      dayStart: toTime(dayStartMs),
      positions: [...portfolio.positions.values()].map((position) => ({
        venue: position.venue,
        symbol: position.symbol,
        side: position.side,
        quantity: toPositive(position.quantity),
        price: toPositive(priceOf(position, prices)),
      })),
    },
  );
}

/** The hour that a value stands for, or the beginning of the day within it; epoch ms. */
function placeOf({ timeMs, dayStartMs }: Pick<Valuation, 'timeMs' | 'dayStartMs'>): number {
  return Math.max(Math.floor(timeMs / hourMs) * hourMs, dayStartMs);
}
