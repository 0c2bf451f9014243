import { deterministicId } from '@heliograph/contracts';
import { draft, type Draft } from './draft.ts';
import { shortened } from './order-events.ts';
import { settingsOf, type Portfolio } from './portfolio.ts';

/** Trouble that lasts is told again after so long. */
const sayAgainMs = 3_600_000;

/** That the venue does not answer: once, until it has answered, and every hour. */
export function unreachable(portfolio: Portfolio, detail: string, timeMs: number): Draft[] {
  const saidMs = portfolio.incidents.get('VENUE_UNREACHABLE') ?? -Infinity;
  const isOver = (portfolio.reconciled?.timeMs ?? -Infinity) > saidMs;
  if (!portfolio.opened || (!isOver && timeMs - saidMs < sayAgainMs)) return [];
  return [incident(portfolio, 'VENUE_UNREACHABLE', { detail, timeMs })];
}

/** That the venue's clock is not ours, as long as entries are skipped for it. */
export function clockSkewed(portfolio: Portfolio, offsetMs: number, timeMs: number): Draft[] {
  if (!portfolio.opened) return [];
  const { maxClockSkewMs } = settingsOf(portfolio).risk;
  const saidMs = portfolio.incidents.get('CLOCK_SKEW') ?? -Infinity;
  if (maxClockSkewMs === undefined || Math.abs(offsetMs) <= maxClockSkewMs) return [];
  if (timeMs - saidMs < sayAgainMs) return [];
  const where = offsetMs > 0 ? 'ahead of' : 'behind';
  const detail = `the venue's clock is ${Math.abs(offsetMs)} ms ${where} ours, ${maxClockSkewMs} are allowed`;
  return [incident(portfolio, 'CLOCK_SKEW', { detail, timeMs })];
}

function incident(
  { name }: Portfolio,
  kind: 'VENUE_UNREACHABLE' | 'CLOCK_SKEW',
  { detail, timeMs }: { detail: string; timeMs: number },
): Draft {
  const correlationId = deterministicId('portfolio', name);
  return draft(
    'incident_reported',
    { portfolio: name, key: `${kind} ${timeMs}`, timeMs, subject: name, correlationId },
    { kind, severity: 'error', detail: shortened(detail) },
  );
}
