import type { OrderId, ReasonCode } from '@heliograph/contracts';
import { instrumentKey } from '../instrument-key.ts';
import { isReversing } from './on-its-way.ts';
import type { PortfolioState } from './portfolio.ts';

/** What a venue says of an order that it does not want. Neither a time that was over nor a person is among it. */
const refusals: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'ABOVE_MAXIMUM',
  'BELOW_MINIMUM',
  'INSUFFICIENT_FUNDS',
  'LEVERAGE',
  'UNSUPPORTED_ORDER',
  'VENUE_REJECTED',
]);
/** The version of the rules; before, the position stayed. */
const leftSince = 7;

/**
 * A venue that refuses a reversal refuses the way out with it, and whoever wants the other side does not want what is held:
 * it is to be left at once.
 */
export function refuseReversal(
  state: PortfolioState,
  { orderId, reason }: { orderId: OrderId; reason: ReasonCode },
): void {
  const order = state.endedOrders.get(orderId);
  if (!order || !refusals.has(reason) || state.decisionsVersion < leftSince) return;
  const key = instrumentKey(order);
  const held = state.positions.get(key);
  if (held && isReversing(order, held)) state.positions.set(key, { ...held, isUnwanted: true });
}
