import { Big, exactly } from '@heliograph/contracts';
import type { Considered } from '../considered.ts';
import type { EntryPlan, EntryTerms } from './entry-plan.ts';
import { freeCash, priceOf, reservedCash, type Portfolio } from '../state/portfolio.ts';
import { averageEntryPrice, costOf, worth, type Position } from '../state/position.ts';
import { feeFor } from './size.ts';

/**
 * What there is to pay with. A portfolio that holds long positions only and borrows nothing pays in cash. Any other has
 * a margin account: all that it holds and all that its open entries may come to hold is measured against its equity.
 */

/** Whether it may owe base units or quote currency, or does: a short position stays when the settings allow none any more. */
export function hasMargin({ portfolio, settings }: Pick<Considered, 'portfolio' | 'settings'>) {
  const { shorting = false, leverage = 1 } = settings;
  const mayOwe = shorting || leverage > 1;
  return mayOwe || (portfolio.decisionsVersion >= closedForMoneySince && owesBase(portfolio));
}

function owesBase({ positions }: Portfolio): boolean {
  for (const { side } of positions.values()) if (side === 'short') return true;
  return false;
}

/** The version of these rules; before, what turns around was closed for nothing, and what a short had brought was free cash. */
const closedForMoneySince = 7;
const zero = new Big('0');
const one = new Big('1');

type Prices = Pick<EntryTerms, 'highest' | 'worst'>;

/** What an entry of everything may cost: free cash, or equity that nothing uses yet; nothing borrowed in either case. */
export function unspent(considered: Considered, prices: Prices): Big {
  if (!hasMargin(considered)) return freeCash(considered.portfolio);
  const { equity, used } = marginOf(considered, prices);
  return equity.minus(used).minus(closingFee(considered, prices));
}

/** Equity once what the signal turns around is closed. */
export function equityLeft(considered: Considered, prices: Prices): Big {
  const turned = turnedAround(considered);
  const equity = considered.equity();
  if (!turned || considered.portfolio.decisionsVersion < closedForMoneySince) return equity;
  const before = worth(turned, priceOf(turned, considered.prices));
  return equity
    .minus(before)
    .plus(worth(turned, prices.worst.in))
    .minus(closingFee(considered, prices));
}

/** The position that a reversal closes first. */
export function turnedAround({ signal, position }: Considered): Position | undefined {
  const { intent, targetPosition } = signal.data;
  return intent === 'reverse' && position?.side !== targetPosition ? position : undefined;
}

function closingFee(considered: Considered, { highest }: Prices): Big {
  const { portfolio, settings } = considered;
  const turned = turnedAround(considered);
  if (!turned || portfolio.decisionsVersion < closedForMoneySince) return zero;
  return feeFor(turned.quantity.times(highest), settings);
}

/** What the account has at cost, and what uses it. */
export interface Margin {
  readonly equity: Big;
  readonly used: Big;
  readonly limit: Big;
}

/** What the account would use with an entry. Its fees come off the equity, so they take away as many times of what it carries. */
export function usedWith(plan: EntryPlan, considered: Considered, { used }: Margin): Big {
  const { portfolio, settings } = considered;
  const needed = used.plus(plan.needed);
  const { leverage = 1 } = settings;
  if (leverage === 1 || portfolio.decisionsVersion < closedForMoneySince) return needed;
  const fees = feeFor(plan.quantity.times(plan.highest), settings);
  return needed.plus(fees.times(exactly(leverage).minus(one)));
}

/** A position that the signal turns around is counted as closed: by the very fill that enters, at the worst price of it. */
export function marginOf(considered: Considered, { worst }: Pick<EntryTerms, 'worst'>): Margin {
  const { portfolio, settings, referencePrice } = considered;
  const isPaid = portfolio.decisionsVersion >= closedForMoneySince;
  const turned = turnedAround(considered);
  let equity = portfolio.cash;
  let used = reservedCash(portfolio);
  for (const position of portfolio.positions.values()) {
    if (position === turned) {
      equity = equity.plus(worth(position, isPaid ? worst.in : referencePrice));
      continue;
    }
    const cost = isPaid ? costOf(position) : position.quantity.times(averageEntryPrice(position));
    equity = position.side === 'long' ? equity.plus(cost) : equity.minus(cost);
    used = used.plus(cost);
  }
  return { equity, used, limit: equity.times(exactly(settings.leverage ?? 1)) };
}
