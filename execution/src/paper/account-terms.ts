import type { PortfolioSettings } from '@heliograph/contracts';

const ofThePortfolio: ReadonlySet<string> = new Set<keyof PortfolioSettings>([
  'risk',
  'stake',
  'signalSize',
  'exitGraceMs',
  'dayStart',
]);

/** What a paper account goes by: of the rest of a portfolio's settings it knows nothing. */
export function accountTerms(settings: PortfolioSettings): Partial<PortfolioSettings> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !ofThePortfolio.has(name)));
}
