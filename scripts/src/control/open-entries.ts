import type { Side, SymbolName, Venue } from '@heliograph/contracts';
import type { Order } from '@heliograph/execution';
import type { ReadView } from './portfolio-view.ts';

/** An order that may still enter. */
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
  return views.flatMap(({ name, portfolio }) =>
    [...portfolio.orders.values()]
      .filter(({ role }) => role === 'entry')
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
