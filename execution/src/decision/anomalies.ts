import type { Big, IncidentKind } from '@heliograph/contracts';
import { draft, type Draft, type DraftContext } from './state/draft.ts';
import { incidentOf, type Order, type OrderFact } from './state/order.ts';
import { enters, type Position } from './state/position.ts';

/** A fill, and what is held after it. */
interface Filled {
  readonly fact: OrderFact;
  /** Of the order, with this fill. */
  readonly filledQuantity: Big;
  readonly position: Position | undefined;
  readonly context: DraftContext;
  readonly decisionsVersion: number;
}

/** The version of the rules; before, nobody heard of what an exit had opened. */
const openedToldSince = 8;

/**
 * What was filled beyond what was ordered or held, or after the end, is booked: the money has moved. A person must hear of
 * it, and of what it has opened: nobody wanted that, and nothing protects it.
 */
export function anomalies(order: Order, fill: Filled): Draft[] {
  const { size, venue, symbol, id } = order;
  const { fact, filledQuantity, position, context } = fill;
  const mayOpen = !order.reduceOnly || fill.decisionsVersion < openedToldSince;
  const isTooMuch = size.kind === 'base' && filledQuantity.gt(size.quantity);
  const opened = !mayOpen && position && enters(position, order.side) && position;
  const kind: IncidentKind | undefined =
    incidentOf(order.status, fact) ?? (isTooMuch || opened ? 'OVERFILL' : undefined);
  if (!kind) return [];
  const ordered = size.kind === 'base' ? size.quantity : `for ${size.notional}`;
  const more = opened
    ? `; it was only to make a position smaller, and now ${opened.quantity.toFixed()} ${symbol} are held ${opened.side}, which nothing protects: a person must close that`
    : '';
  return [
    draft(
      'incident_reported',
      { ...context, key: `${kind} ${context.key}` },
      {
        kind,
        severity: 'error',
        detail: `the order was ${order.status.replace('_', ' ')}, ${ordered} were ordered, ${filledQuantity.toFixed()} are filled now${more}`,
        venue,
        symbol,
        orderId: id,
      },
    ),
  ];
}
