import type { Side, SymbolName, Venue } from '@heliograph/contracts';
import { personsChoice, type Order, type Portfolio } from '@heliograph/execution';
import type { ReadView } from './portfolio-view.ts';

/** An order that may still enter, or is in the way of whatever leaves. */
export interface OpenEntry {
  readonly portfolio: string;
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly side: Side;
  readonly orderId: Order['id'];
  readonly status: Order['status'];
}

/** Every order that may still enter. */
export function entriesOf(views: readonly ReadView[]): OpenEntry[] {
  return ordersOf(views, () => isEntry);
}

/** Every order that a person may take back. */
export function choicesOf(views: readonly ReadView[]): OpenEntry[] {
  return ordersOf(views, personsChoice);
}

function isEntry({ role }: Order): boolean {
  return role === 'entry';
}

function ordersOf(
  views: readonly ReadView[],
  which: (portfolio: Portfolio) => (order: Order) => boolean,
): OpenEntry[] {
  return views.flatMap(({ name, portfolio }) =>
    [...portfolio.orders.values()]
      .filter(which(portfolio))
      .map(({ venue, symbol, side, id, status }) => ({
        portfolio: name,
        venue,
        symbol,
        side,
        orderId: id,
        status,
      })),
  );
}
