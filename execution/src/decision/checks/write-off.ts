import { signOf } from '@heliograph/contracts';
import { isRecent } from '../another-clock.ts';
import type { Considered } from '../considered.ts';
import { settlingMs } from '../venue/holdings.ts';
import { isTooLittle } from '../venue/too-little.ts';

export function noWriteOff({ portfolio, mode, isManual }: Considered): string | undefined {
  if (mode !== 'live' || portfolio.opened?.mode !== 'live')
    return 'an account on paper has all that is held: nothing of it can be missing';
  return isManual ? undefined : 'only a person may say that something is gone';
}

/** What differed for the first time a moment ago may be on its way: a person has seen it, and it has stayed. */
export function notCertain(considered: Considered): string | undefined {
  const { portfolio, key, missing, nowMs } = considered;
  if ('unclear' in missing) return missing.unclear;
  if (signOf(missing.quantity) === 0 || isLeftOver(considered)) return undefined;
  const dispute = portfolio.disputed.get(key);
  const isCertain = dispute && !isRecent(dispute.sinceMs, nowMs, settlingMs);
  return isCertain
    ? undefined
    : 'the comparison that found it is too recent: once more in a moment';
}

export function nothingMissing(considered: Considered): string | undefined {
  const { missing, position } = considered;
  if (!position || 'unclear' in missing || signOf(missing.quantity) > 0) return undefined;
  if (isLeftOver(considered)) return undefined;
  return `the venue has the ${position.quantity.toFixed()} ${position.symbol} that are held here`;
}

/** It is there, and too little to be sold. */
export function isLeftOver({ portfolio, position, referencePrice }: Considered): boolean {
  return position !== undefined && isTooLittle(portfolio, position, referencePrice);
}
