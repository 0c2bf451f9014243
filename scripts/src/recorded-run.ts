import type { PortfolioSettings } from '@heliograph/contracts';
import type { PriceKind, Recorded } from '@heliograph/trade-log';
import type { SimulatedRun } from './simulate.ts';

/** What the orders of a portfolio are filled from. */
export function priceKindOf({ paper }: PortfolioSettings): PriceKind {
  return paper?.tape === 'trades' ? 'print' : 'candle';
}

/** What was logged, into a run. */
export function playRecorded(run: SimulatedRun, recorded: Recorded): void {
  switch (recorded.kind) {
    case 'candle':
      return run.play([recorded.candle], []);
    case 'print':
      return run.playPrint(recorded.print);
    case 'signal':
      return run.play([], [recorded.signal]);
  }
}
