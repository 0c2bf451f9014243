import { Big, incidents, type IncidentKind, type JournalEventOf } from '@heliograph/contracts';
import { compose } from './compose.ts';
import type { Message } from './message.ts';
import { amount, money, things } from './numbers.ts';
import { currencyOf, label, type Portfolio } from './portfolio.ts';
import { code, joined, line, listed, type Line } from './text.ts';

type Reconciled = JournalEventOf<'reconciliation_reported'>;
type Difference = Reconciled['data']['differences'][number];

/** What the venue says otherwise than the journal; nothing to say where they agree. */
export function reconciled(event: Reconciled, portfolio: Portfolio): Message | undefined {
  const { checked, differences } = event.data;
  if (differences.length === 0) return undefined;
  const kinds = Map.groupBy(differences, ({ kind = 'order' }) => kind);
  const onlyOrders = kinds.size === 1 && kinds.has('order');
  const onlyAdopted = kinds.size === 1 && kinds.has('adopted');
  const counts = [...kinds].map(
    ([kind, { length }]) => `${length} ${differing[kind][length === 1 ? 0 : 1]}`,
  );
  const disputed = new Set(
    differences.flatMap(({ kind, symbol }) =>
      symbol !== undefined && (kind === 'position' || kind === 'balance') ? [symbol] : [],
    ),
  );
  return compose(
    {
      severity: onlyAdopted ? 'warning' : 'error',
      emoji: '🔎',
      title: `${label(portfolio)} The venue disagrees on ${onlyOrders ? `${differences.length} of ${things(checked, 'order')}` : counts.join(', ')}`,
      lines: [
        ...listed(differences, differenceLine),
        disputed.size === 0
          ? undefined
          : line`No entries in ${[...disputed].join(', ')} until they agree`,
      ],
    },
    event,
  );
}

const differing = {
  order: ['order', 'orders'],
  adopted: ['order from elsewhere', 'orders from elsewhere'],
  position: ['position', 'positions'],
  balance: ['balance', 'balances'],
} as const;

function differenceLine({ kind = 'order', orderId, symbol, venue, found }: Difference): Line {
  switch (kind) {
    case 'order':
      return line`${code(orderId)}: ${found}`;
    case 'adopted':
      return line`From elsewhere, ${code(orderId)}: ${found}`;
    case 'position':
      return line`Position ${symbol ?? ''}: ${found}`;
    case 'balance':
      return line`Balance at ${venue ?? 'the venue'}: ${found}`;
  }
}

/** An open order that is none of ours: it moves the position without a signal. */
export function adopted(event: JournalEventOf<'order_adopted'>, portfolio: Portfolio): Message {
  const { data } = event;
  const price = data.limitPrice === undefined ? [] : line` at ${code(amount(data.limitPrice))}`;
  return compose(
    {
      severity: 'warning',
      emoji: '👀',
      title: `${label(portfolio)} From elsewhere: ${data.side} ${data.symbol}`,
      lines: [
        line`${data.venue} has an open order that was not made here. It is watched and counted, never cancelled.`,
        [
          ...line`Size ${code(amount(data.quantity))}, ${data.orderType}`,
          ...price,
          ...(data.reduceOnly ? line`, reduce only` : []),
        ],
        new Big(data.filledQuantity).eq('0')
          ? undefined
          : line`Filled so far: ${code(amount(data.filledQuantity))}`,
        line`Order ${code(data.venueOrderId)} at ${data.venue}`,
      ],
    },
    event,
  );
}

const statuses = {
  trading: { severity: 'info', quiet: true, emoji: '📐', said: 'has new rules' },
  halted: { severity: 'warning', quiet: false, emoji: '⏸', said: 'is halted' },
  delisted: { severity: 'warning', quiet: false, emoji: '🪦', said: 'is delisted' },
} as const;

export function instrumentChanged(
  event: JournalEventOf<'instrument_changed'>,
  portfolio: Portfolio,
): Message {
  const { venue, symbol, status, rules } = event.data;
  const { said, ...manner } = statuses[status];
  const { tickSize, lotSize, minQuantity, maxQuantity, minNotional } = rules;
  const parts = [
    tickSize && line`tick ${code(amount(tickSize))}`,
    lotSize && line`lot ${code(amount(lotSize))}`,
    minQuantity && line`from ${code(amount(minQuantity))}`,
    maxQuantity && line`to ${code(amount(maxQuantity))}`,
    minNotional && line`worth ${code(money(minNotional, currencyOf(portfolio, symbol)))} at least`,
  ].filter((part) => part !== undefined);
  return compose(
    {
      ...manner,
      title: `${label(portfolio)} ${symbol} ${said}`,
      lines: [
        status === 'trading' ? undefined : line`${venue} takes no orders in it`,
        parts.length === 0 ? undefined : [...line`On ${venue}: `, ...joined(parts)],
      ],
    },
    event,
  );
}

export const incidentTitles: Readonly<Record<IncidentKind, string>> = {
  OVERFILL: 'Filled too much',
  FILL_AFTER_END: 'Filled after its end',
  UNKNOWN_FILL: 'Filled without an order',
  UNPROTECTED: 'Protection lost',
  OUTAGE: 'Back after an outage',
  BREAKER: 'A breaker has tripped',
  VENUE_UNREACHABLE: 'The venue does not answer',
  CLOCK_SKEW: 'The clocks disagree',
  INSTRUMENT_CLOSED: 'Held and no longer traded',
};

export function incident(
  event: JournalEventOf<'incident_reported'>,
  portfolio: Portfolio,
): Message {
  const { kind, severity, detail, venue, symbol, orderId } = event.data;
  const about = symbol ?? venue;
  return compose(
    {
      severity,
      emoji: severity === 'error' ? '🚨' : '⚠',
      title: `${label(portfolio)} ${incidentTitles[kind]}${about === undefined ? '' : `: ${about}`}`,
      lines: [
        ...(kind === 'OUTAGE' ? [outage(detail)] : incidentLines(kind, detail)),
        orderId === undefined
          ? undefined
          : line`Order ${code(orderId)}${venue === undefined ? '' : ` at ${venue}`}`,
      ],
    },
    event,
  );
}

/** One sentence: what was missed is what people want to know first. */
function outage(detail: string): Line {
  const missed = detail.replace(/\.$/, '');
  return line`Signals came while nobody was there to trade them${missed === '' ? '' : ': '}${missed}.`;
}

function incidentLines(kind: IncidentKind, detail: string): (Line | undefined)[] {
  return [line`${code(kind)}: ${incidents[kind]}`, detail === '' ? undefined : line`${detail}`];
}
