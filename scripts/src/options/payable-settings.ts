import type { PortfolioSettings } from '@heliograph/contracts';

/** At so many basis points a sale brings nothing any more. */
const allBps = 10_000;

/** More digits than money, lots or ticks have anywhere; with them all that follows can still be written down. */
const bookable = /^\d{1,30}(\.\d{1,24})?$/;
export const fewDigits = 'at most 30 digits before the point and 24 after it';

export function isBookable(text: string): boolean {
  return bookable.test(text);
}

/**
 * What cannot be traded by: a price that is nothing or less once it has slipped, a fee as large as what is paid for, and figures
 * that make others which are too long to be written down. Journals of before may have it, so only who asks for it now is refused.
 * @returns where each such setting stands, and what is expected there
 */
export function unpayable({
  cash,
  lotSize,
  tickSize,
  instruments = {},
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
  const costs = figures
    .filter(([, value, below]) => Number(value) >= below)
    .map(([path, value, below]) => ({
      path,
      expected: `expected basis points from 0 to below ${below}, found ${value}`,
    }));
  const texts = Object.entries({ cash, lotSize, tickSize });
  for (const [symbol, rules] of Object.entries(instruments))
    for (const [name, text] of Object.entries(rules))
      texts.push([`instruments.${symbol}.${name}`, text]);
  const tooLong = texts
    .filter(([, text]) => text !== undefined && !isBookable(text))
    .map(([path]) => ({ path, expected: `expected a decimal of ${fewDigits}` }));
  return [...costs, ...tooLong];
}
