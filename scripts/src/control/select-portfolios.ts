import { liveTape, portfolioFor } from '@heliograph/contracts';
import type { ListedPortfolio } from '@heliograph/execution';

/** Which portfolios a command is about. */
export interface Selection {
  /** As they are named to the workers: a base portfolio stands for those of its replays, too. */
  readonly names: readonly string[];
  /** Those of them that are open. */
  readonly open: readonly ListedPortfolio[];
  /** Base portfolios that are open as well and are not meant. */
  readonly others: readonly string[];
}

/** Whom nobody has named. */
const usualPortfolio = 'paper';

/** The portfolios of a name, or of `all`. */
export function selectPortfolios(listed: readonly ListedPortfolio[], wanted: string): Selection {
  const open = listed.filter(({ status }) => status === 'open');
  const bases = [...new Set(open.map(baseOf))];
  if (wanted === 'all')
    return { names: bases.length === 0 ? [usualPortfolio] : bases, open, others: [] };
  const meant = open.filter((portfolio) => isMeant(portfolio, wanted));
  const meantBases = new Set([wanted, ...meant.map(baseOf)]);
  return {
    names: [wanted],
    open: meant,
    others: bases.filter((base) => !meantBases.has(base)),
  };
}

/** Whether a name is that of the portfolio, or of the base portfolio whose replay it is. */
export function isMeant(
  { name, tape }: Pick<ListedPortfolio, 'name' | 'tape'>,
  wanted: string,
): boolean {
  return name === wanted || name === portfolioFor(wanted, tape);
}

function baseOf({ name, tape }: ListedPortfolio): string {
  const ending = `-${tape}`;
  return tape !== liveTape && name.endsWith(ending) ? name.slice(0, -ending.length) : name;
}
