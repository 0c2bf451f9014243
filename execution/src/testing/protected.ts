import type { Draft } from '../decision/state/draft.ts';
import { isProtective, type Order } from '../decision/state/order.ts';
import type { PortfolioState } from '../decision/state/portfolio.ts';
import { protect } from '../decision/exits/protection.ts';
import { after, anOrder, hear, nowMs, openedWith } from './portfolios.ts';

export const stop = { stopLoss: { price: '95' } };
export const targets = {
  takeProfits: [
    { price: '105', ratio: 0.5 },
    { price: '110', ratio: 0.5 },
  ],
};

/** What protection lacks, folded in. */
export function guard(state: PortfolioState, timeMs = nowMs): Draft[] {
  const drafts = protect(state, timeMs);
  after(state, ...drafts);
  return drafts;
}

export function entered(
  protection: object,
  quantity = '2',
  { filled = quantity, ...order }: { filled?: string; [field: string]: unknown } = {},
): { state: PortfolioState; entry: Order } {
  const state = openedWith({ shorting: true, leverage: 10 });
  const entry = anOrder(state, { protection, size: { kind: 'base', quantity }, ...order });
  hear(state, entry, { type: 'filled', quantity: filled, complete: filled === quantity });
  return { state, entry };
}

export const protective = (state: PortfolioState): Order[] =>
  [...state.orders.values()].filter((order) => isProtective(order));

export function first(state: PortfolioState, role: string): Order {
  const found = protective(state).find((order) => order.role === role);
  if (!found) throw new Error(`no ${role} is open`);
  return found;
}
