import { toTime } from '@heliograph/contracts';
import type { Considered } from '../considered.ts';
import { instrumentKey } from '../../instrument-key.ts';
import { enters } from '../state/position.ts';

/** Whether a position is held that the signal's side makes larger (an entry) or smaller (an exit). */
export function isHeld({ kind, position, signal }: Considered): boolean {
  if (!position) return false;
  return enters(position, signal.data.side) === (kind === 'entry');
}

/** An exit without a position may still take an entry back. */
export function notHeld(considered: Considered): string | undefined {
  const { kind, signal, takenBack } = considered;
  const { intent, symbol, side } = signal.data;
  if (kind === 'entry' && intent !== 'increase') return undefined;
  if (isHeld(considered) || takenBack.length > 0) return undefined;
  if (!considered.position) return `no position in ${symbol}`;
  return `a ${considered.position.side} position in ${symbol}, which a ${side} does not ${intent}`;
}

export function alreadyHeld(considered: Considered): string | undefined {
  const { position, signal } = considered;
  return position && signal.data.intent !== 'increase' && isHeld(considered)
    ? `${position.quantity.toFixed()} ${position.symbol} are held already`
    : undefined;
}

export function restsAfterLoss({ portfolio, signal, key, nowMs, settings }: Considered) {
  const { cooldownMs } = settings.risk;
  const lostMs = portfolio.lastLoss.get(key);
  if (cooldownMs === undefined || lostMs === undefined) return undefined;
  const restsUntilMs = lostMs + cooldownMs;
  return nowMs < restsUntilMs
    ? `${signal.data.symbol} lost at ${toTime(lostMs)} and rests until ${toTime(restsUntilMs)}`
    : undefined;
}

export function tooManyPositions({ portfolio, key, settings }: Considered): string | undefined {
  const { maxPositions } = settings.risk;
  if (maxPositions === undefined) return undefined;
  const taken = new Set(portfolio.positions.keys());
  for (const order of portfolio.orders.values())
    if (!order.reduceOnly) taken.add(instrumentKey(order));
  taken.delete(key);
  return taken.size < maxPositions ? undefined : `${taken.size} of ${maxPositions} are taken`;
}
