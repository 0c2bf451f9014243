import type { PortfolioSettings } from '@heliograph/contracts';

/** At so many basis points a sale brings nothing any more. */
const allBps = 10_000;

/**
 * What no market costs: a price that is nothing or less once it has slipped, or a fee as large as what is paid for. Journals
 * of before may have it, so only who asks for it now is refused.
 * @returns where each such setting stands, and what is expected there
 */
export function unpayable({
  feeBps,
  slippageBps,
  paper = {},
}: PortfolioSettings): { readonly path: string; readonly expected: string }[] {
  const { makerFeeBps = '0', slippage } = paper;
  const figures: [path: string, value: string, below: number][] = [
    ['feeBps', feeBps, allBps],
    ['slippageBps', slippageBps, allBps],
    ['paper.makerFeeBps', makerFeeBps, allBps],
  ];
  // Bid and ask lie half of it beside the price.
  if (slippage?.kind === 'spread') figures.push(['paper.slippage', slippage.spreadBps, 2 * allBps]);
  if (slippage?.kind === 'volumeShare')
    figures.push(['paper.slippage', slippage.impactBps, allBps]);
  return figures
    .filter(([, value, below]) => Number(value) >= below)
    .map(([path, value, below]) => ({
      path,
      expected: `expected basis points from 0 to below ${below}, found ${value}`,
    }));
}
