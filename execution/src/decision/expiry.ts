import type { PortfolioSettings } from '@heliograph/contracts';
import type { Order } from './state/order.ts';

/** Whether a signal of that expiry must no longer be acted on. What makes a position smaller may come late. */
export function isExpired(
  { expiryMs, isEntry }: { expiryMs: number; isEntry: boolean },
  nowMs: number,
  { exitGraceMs = 0 }: Pick<PortfolioSettings, 'exitGraceMs'>,
): boolean {
  return nowMs >= expiryMs + (isEntry ? 0 : exitGraceMs);
}

/** The second look, right before an order is sent. */
export function mustNotBeSent(
  { expiryMs, role }: Pick<Order, 'expiryMs' | 'role'>,
  nowMs: number,
  settings: Pick<PortfolioSettings, 'exitGraceMs'>,
): boolean {
  return isExpired({ expiryMs, isEntry: role === 'entry' }, nowMs, settings);
}
