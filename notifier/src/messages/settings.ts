import type { PortfolioSettings, Stake } from '@heliograph/contracts';
import { limitLines } from './limits.ts';
import { amount, money, share } from './numbers.ts';
import { code, line, type Line } from './text.ts';

/** What a portfolio trades by, and its limits. */
export function settingsLines(settings: PortfolioSettings, currency: string): (Line | undefined)[] {
  const { cash, feeBps, slippageBps, lotSize, tickSize } = settings;
  return [
    line`Cash ${code(money(cash, currency))}, per entry ${code(stake(settings.stake, currency))}`,
    [
      ...line`Fee ${code(amount(feeBps))} bps, slippage ${code(amount(slippageBps))} bps, `,
      ...line`lot ${code(amount(lotSize))}`,
      ...(tickSize === undefined ? [] : line`, tick ${code(amount(tickSize))}`),
    ],
    ...limitLines(settings, currency),
  ];
}

function stake(stake: Stake, currency: string): string {
  switch (stake.kind) {
    case 'all':
      return 'all there is';
    case 'quote':
      return money(stake.value, currency);
    case 'base':
      return `${amount(stake.value)} in base units`;
    case 'equityRatio':
      return `${share(stake.value)} of equity`;
    case 'riskRatio':
      return `what loses ${share(stake.value)} of equity at its stop`;
  }
}
