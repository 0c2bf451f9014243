import type { Big, OrderId } from '@heliograph/contracts';
import type { Balance, UnreadOrder, VenueOrder, VenuePosition } from '../../brokers/broker.ts';

/** What the venue says is there. It was all answered: an answer that is missing is no statement. */
export interface Statement {
  readonly openOrders: readonly (VenueOrder | UnreadOrder)[];
  readonly balances: readonly Balance[];
  /** Undefined where the venue keeps balances only. */
  readonly positions: readonly VenuePosition[] | undefined;
  /** The wall clock when it was asked for, epoch ms. */
  readonly timeMs: number;
  /** It says nothing of some order, so it cannot be said that it answers again. Default: false. */
  readonly isSilent?: boolean;
  /** Orders of ours that had not ended when it was asked for: they may have ended since. Default: none. */
  readonly wereOpen?: ReadonlySet<string>;
  /** Orders of ours that the venue has said for long to know nothing of. Default: none. */
  readonly forgotten?: ReadonlySet<OrderId>;
  /** What a spot account had beyond what is held here when nothing of it moved last; base units by currency. Default: nothing. */
  readonly surplus?: ReadonlyMap<string, Big>;
}
