import type { Big, OrderId, SymbolName, Venue } from '@heliograph/contracts';
import { lacking } from './holdings.ts';
import { instrumentKey } from '../../instrument-key.ts';
import { isMissed } from './reconcile.ts';
import type { Portfolio } from '../state/portfolio.ts';
import type { Statement } from './statement.ts';

/** What the venue lacks of a position, base units; or why nobody can say. */
export type Missing = { readonly quantity: Big } | { readonly unclear: string };

/** What the venue lacks of what is held: never anything that one of our own orders may have moved. */
export function missingOf(
  portfolio: Portfolio,
  instrument: { venue: Venue; symbol: SymbolName },
  statement: Statement,
): Missing {
  const key = instrumentKey(instrument);
  const position = portfolio.positions.get(key);
  const listed = new Set(statement.openOrders.map(({ clientOrderId = '' }) => clientOrderId));
  const missed = [...portfolio.orders.values()].find(
    (order) => instrumentKey(order) === key && isMissed(order, listed, statement),
  );
  if (missed) return { unclear: unlisted(missed.id) };
  const quantity = position && lacking(portfolio, position, statement);
  return quantity ? { quantity } : { unclear: 'something of it has just moved, or may have' };
}

function unlisted(id: OrderId): string {
  return `order ${id} is open here and the venue does not list it: look there, then cancel it`;
}
