import type { PortfolioSettings } from '@heliograph/contracts';

/** What a paper account goes by: of the rest of a portfolio's settings it knows nothing. */
export function accountTerms({
  risk: _,
  stake: __,
  signalSize: ___,
  exitGraceMs: ____,
  dayStart: _____,
  ...terms
}: PortfolioSettings) {
  return terms;
}
