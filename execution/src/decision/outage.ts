import { deterministicId, toTime } from '@heliograph/contracts';
import { isOfAnotherClock } from './another-clock.ts';
import { draft, type Draft } from './state/draft.ts';
import type { Portfolio } from './state/portfolio.ts';

/** The backlog is worked off when nothing late has come for so long. */
const quietMs = 5_000;

/** One event that says how many signals came too late, once the backlog is worked off; nothing otherwise. */
export function outage(portfolio: Portfolio, nowMs: number): Draft[] {
  const { name, missed } = portfolio;
  const { skipped, lateExits, firstMs, lastMs } = missed;
  if (skipped + lateExits === 0) return [];
  if (nowMs - lastMs < quietMs && !isOfAnotherClock(portfolio, lastMs, nowMs)) return [];
  const correlationId = deterministicId('portfolio', name);
  const detail = `expired and skipped: ${skipped}; exits traded late: ${lateExits}; between ${toTime(firstMs)} and ${toTime(lastMs)}`;
  return [
    draft(
      'incident_reported',
      { portfolio: name, key: `OUTAGE ${firstMs}`, timeMs: nowMs, subject: name, correlationId },
      { kind: 'OUTAGE', severity: 'warning', detail },
    ),
  ];
}
