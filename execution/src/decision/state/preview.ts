import type { Draft } from './draft.ts';
import { evolve } from './evolve.ts';
import type { PortfolioState } from './portfolio.ts';

/**
 * The portfolio as it would be after what a venue has reported, so that whatever follows from that can be written down
 * with it. The portfolio itself stays as it is.
 */
export function preview(portfolio: PortfolioState, reported: readonly Draft[]): PortfolioState {
  // What a report leaves alone is shared: the signals that were decided are many.
  let state: PortfolioState = {
    ...portfolio,
    positions: new Map(portfolio.positions),
    legs: new Map(portfolio.legs),
    orders: new Map(portfolio.orders),
    endedOrders: new Map(portfolio.endedOrders),
    foreignOrders: new Map(portfolio.foreignOrders),
    unsent: new Map(portfolio.unsent),
    lastLoss: new Map(portfolio.lastLoss),
    filledMs: new Map(portfolio.filledMs),
  };
  for (const event of reported) state = evolve(state, event);
  return state;
}
