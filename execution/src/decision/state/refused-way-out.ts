import type { OrderId, ReasonCode } from '@heliograph/contracts';
import { instrumentKey } from '../../instrument-key.ts';
import { isReversing } from '../exits/on-its-way.ts';
import type { PortfolioState } from './portfolio.ts';
import { enters } from './position.ts';
import { manualStrategy } from '../settle.ts';

/** What a venue says of a reversal that it does not want. Neither a time that was over nor a person is among it. */
const refusals: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'ABOVE_MAXIMUM',
  'BELOW_MINIMUM',
  'INSUFFICIENT_FUNDS',
  'LEVERAGE',
  'UNSUPPORTED_ORDER',
  'VENUE_REJECTED',
]);
/** The same of an exit, where it is worth another try; or the market had no more to give. */
const exitRefusals: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'INSUFFICIENT_FUNDS',
  'TIME_IN_FORCE',
  'VENUE_REJECTED',
]);
/** The version of the rules; before, the position stayed. */
const leftSince = 7;

/**
 * A strategy that wants out, or the other side, does not want what is held: where the venue refuses the order, or fills only a
 * part of it, the rest is to be left at once. A person is told and sees to it.
 */
export function refuseWayOut(
  state: PortfolioState,
  { orderId, reason }: { orderId: OrderId; reason: ReasonCode },
): void {
  const order = state.endedOrders.get(orderId);
  if (!order || order.cancellation || state.decisionsVersion < leftSince) return;
  const key = instrumentKey(order);
  const held = state.positions.get(key);
  if (!held) return;
  const isExit = order.leavesAll === true && order.strategy !== manualStrategy;
  const isRefused = isExit
    ? exitRefusals.has(reason) && !enters(held, order.side)
    : refusals.has(reason) && isReversing(order, held);
  if (isRefused) state.positions.set(key, { ...held, isUnwanted: true });
}
