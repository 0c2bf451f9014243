import { exactly, type Big, type PortfolioSettings } from '@heliograph/contracts';
import type { Considered } from './considered.ts';
import { freeCash, reservedCash } from './portfolio.ts';
import { averageEntryPrice, worth } from './position.ts';

/**
 * What there is to pay with. A portfolio that holds long positions only and borrows nothing pays in cash. Any other has
 * a margin account: all that it holds and all that its open entries may come to hold is measured against its equity.
 */

/** Whether it may owe base units or quote currency. */
export function hasMargin({ shorting = false, leverage = 1 }: PortfolioSettings): boolean {
  return shorting || leverage > 1;
}

/** What an entry of everything may cost: free cash, or equity that nothing uses yet; nothing borrowed in either case. */
export function unspent(considered: Considered): Big {
  if (!hasMargin(considered.settings)) return freeCash(considered.portfolio);
  const { equity, used } = marginOf(considered);
  return equity.minus(used);
}

/** What the account has at cost, and what uses it. */
export interface Margin {
  readonly equity: Big;
  readonly used: Big;
  readonly limit: Big;
}

/** A position that the signal turns around is counted as closed at the reference price. */
export function marginOf(considered: Considered): Margin {
  const { portfolio, settings, key, signal, referencePrice } = considered;
  const { intent, targetPosition } = signal.data;
  let equity = portfolio.cash;
  let used = reservedCash(portfolio);
  for (const [instrument, position] of portfolio.positions) {
    const isClosed = intent === 'reverse' && instrument === key && position.side !== targetPosition;
    const price = isClosed ? referencePrice : averageEntryPrice(position);
    equity = equity.plus(worth(position, price));
    if (!isClosed) used = used.plus(position.quantity.times(price));
  }
  return { equity, used, limit: equity.times(exactly(settings.leverage ?? 1)) };
}
