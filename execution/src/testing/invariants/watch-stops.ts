import { Big } from '@heliograph/contracts';
import { dueMs, isUnsent, type Order } from '../../decision/state/order.ts';
import { maxFailures, type Portfolio } from '../../decision/state/portfolio.ts';
import type { Position } from '../../decision/state/position.ts';
import { instrumentKey } from '../../instrument-key.ts';
import type { Report } from './report.ts';

/** How long a position may be without its stop while things go wrong, ms. */
const nakedForMs = 45_000;
const zero = new Big('0');

/** A position that asks for a stop has orders for all of it, or a person was told. */
export function watchStops(
  state: Portfolio,
  nakedSince: Map<string, number>,
  atMs: number,
  report: Report,
): void {
  for (const [key, sinceMs] of nakedSince)
    if (atMs - sinceMs > nakedForMs) {
      report(`${key} had no stop for ${atMs - sinceMs} ms`);
      nakedSince.delete(key);
    }
  for (const [key, position] of state.positions) {
    const { stopLoss, trailingStop } = position.protection ?? {};
    const legs = state.legs.get(position.entrySignalId);
    const guard = legs?.get(trailingStop ? 'trailing_stop' : 'stop_loss');
    const isGivenUp = (guard?.failures ?? 0) >= maxFailures;
    let covered = zero;
    for (const order of state.orders.values())
      if (guards(order, key, position, atMs) && order.size.kind === 'base')
        covered = covered.plus(order.size.quantity).minus(order.filledQuantity);
    const lot = state.opened?.settings.instruments?.[position.symbol]?.lotSize;
    const missing = position.quantity.minus(covered);
    const isNaked = missing.gte(lot ?? state.opened?.settings.lotSize ?? '0');
    if (!(stopLoss ?? trailingStop) || isGivenUp || !isNaked) nakedSince.delete(key);
    else if (!nakedSince.has(key)) nakedSince.set(key, atMs);
  }
  for (const key of nakedSince.keys()) if (!state.positions.has(key)) nakedSince.delete(key);
}

/**
 * A stop does, and so does whatever sells at once by now, as a take-profit that was reached: a stop beside it would sell
 * twice. What the venue has not confirmed does so for a while only.
 */
function guards(order: Order, key: string, held: Position, atMs: number): boolean {
  if (isUnsent(order) && atMs - dueMs(order) > nakedForMs) return false;
  const isStop = order.role === 'stop_loss' || order.role === 'trailing_stop';
  if (isStop && order.signalId === held.entrySignalId) return true;
  const isExit =
    instrumentKey(order) === key && order.side === (held.side === 'long' ? 'sell' : 'buy');
  return isExit && (order.type === 'market' || order.triggeredMs !== undefined);
}
