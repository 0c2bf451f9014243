import type { PortfolioState } from './portfolio.ts';

/** Names the shape of a portfolio's state: a snapshot of another form is not read. Change it whenever that changes. */
export const portfolioForm = 'portfolio-11';

/** The state in a snapshot of this form, which was written by this very program. */
export function restorePortfolio(state: unknown): PortfolioState {
  return state as PortfolioState;
}
