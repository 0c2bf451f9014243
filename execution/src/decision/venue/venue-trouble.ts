import { deterministicId, type OrderId } from '@heliograph/contracts';
import { isRecent } from '../another-clock.ts';
import { draft, type Draft } from '../state/draft.ts';
import { shortened } from '../state/order-events.ts';
import { settingsOf, type Portfolio } from '../state/portfolio.ts';

/** Trouble that lasts is told again after so long. */
const sayAgainMs = 3_600_000;

/** That the venue does not answer: once, until it has answered, and every hour. */
export function unreachable(portfolio: Portfolio, detail: string, timeMs: number): Draft[] {
  const saidMs = portfolio.incidents.get('VENUE_UNREACHABLE') ?? -Infinity;
  const isOver = (portfolio.reconciled?.timeMs ?? -Infinity) > saidMs;
  if (!portfolio.opened || (!isOver && isRecent(saidMs, timeMs, sayAgainMs))) return [];
  return [incident(portfolio, 'VENUE_UNREACHABLE', { detail, timeMs })];
}

/** That the venue's clock is not ours, as long as entries are skipped for it. */
export function clockSkewed(portfolio: Portfolio, offsetMs: number, timeMs: number): Draft[] {
  if (!portfolio.opened) return [];
  const { maxClockSkewMs } = settingsOf(portfolio).risk;
  const saidMs = portfolio.incidents.get('CLOCK_SKEW') ?? -Infinity;
  if (maxClockSkewMs === undefined || Math.abs(offsetMs) <= maxClockSkewMs) return [];
  if (isRecent(saidMs, timeMs, sayAgainMs)) return [];
  const where = offsetMs > 0 ? 'ahead of' : 'behind';
  const detail = `the venue's clock is ${Math.abs(offsetMs)} ms ${where} ours, ${maxClockSkewMs} are allowed`;
  return [incident(portfolio, 'CLOCK_SKEW', { detail, timeMs })];
}

/** That the venue tells of an order which could be ours and is in no journal: once for each. */
export function strange(portfolio: Portfolio, orderId: OrderId, timeMs: number): Draft[] {
  const { name, opened, strangers } = portfolio;
  if (!opened || strangers.has(orderId)) return [];
  const correlationId = deterministicId('portfolio', name);
  return [
    draft(
      'incident_reported',
      { portfolio: name, key: `UNKNOWN_FILL ${orderId}`, timeMs, subject: name, correlationId },
      {
        kind: 'UNKNOWN_FILL',
        severity: 'error',
        detail:
          'its id is one of ours, but no journal here has it: another server trades this account, or the journal was put back to an earlier state; what it has moved is not booked',
        orderId,
      },
    ),
  ];
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
