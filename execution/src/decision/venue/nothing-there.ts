import { Big } from '@heliograph/contracts';
import type { Difference } from './holdings.ts';
import { instrumentKey } from '../../instrument-key.ts';
import { rulesOf, type Portfolio } from '../state/portfolio.ts';
import type { Position } from '../state/position.ts';

/** The version of the rules; before, what an exchange did not have was sold again and again. */
const knownSince = 7;

/** Whether the last comparison has found that the venue has nothing of a position, or less than an order can sell. */
export function isNothingThere(portfolio: Portfolio, position: Position): boolean {
  const { reconciled, decisionsVersion } = portfolio;
  if (!reconciled || decisionsVersion < knownSince) return false;
  const differences: Difference[] = JSON.parse(reconciled.found);
  const key = instrumentKey(position);
  const there = differences.find(
    ({ venue, symbol, there }) =>
      venue && symbol && there && instrumentKey({ venue, symbol }) === key,
  )?.there;
  if (there === undefined) return false;
  return new Big(there).eq('0') || new Big(there).lt(rulesOf(portfolio, position).lotSize);
}
