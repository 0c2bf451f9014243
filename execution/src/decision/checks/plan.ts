import type { ReasonCode } from '@heliograph/contracts';
import type { Considered } from '../considered.ts';
import type { EntryPlan } from '../entries/entry-plan.ts';
import { isHeld } from './positions.ts';

export function unsupportedIntent(considered: Considered): string | undefined {
  const { signal, kind, position } = considered;
  const { intent, size } = signal.data;
  if (intent === 'reduce' && (!size || size.kind === 'riskRatio'))
    return 'how much to reduce by: a size of kind base, quote or equityRatio is needed';
  return kind === 'entry' && intent === 'enter' && position && !isHeld(considered)
    ? `a ${position.side} position is held: only the intent reverse turns it around`
    : undefined;
}

export function unsupportedOrder({ signal }: Considered): string | undefined {
  const { type = 'market', timeInForce } = signal.data.entry ?? {};
  return timeInForce === 'PO' && type !== 'limit' ? `a ${type} order that is post-only` : undefined;
}

export function invalidPrice(considered: Considered): string | undefined {
  return refusedAs('INVALID_PRICE', considered);
}

export function noStop(considered: Considered): string | undefined {
  return refusedAs('STOP_REQUIRED', considered);
}

/** All that is held may be left however little it is: the venue has the last word. */
export function tooSmall(considered: Considered): string | undefined {
  const { kind, signal, rules, takenBack } = considered;
  if (kind === 'exit')
    return signal.data.intent === 'reduce' && considered.leaving().eq('0') && takenBack.length === 0
      ? `less than one lot of ${rules.lotSize}`
      : undefined;
  const plan = planned(considered);
  if (!plan) return refusedAs('BELOW_MINIMUM', considered);
  const { minQuantity, minNotional } = rules;
  if (minQuantity !== undefined && plan.quantity.lt(minQuantity))
    return `${plan.quantity.toFixed()} is less than ${minQuantity}, the smallest order`;
  const notional = plan.quantity.times(plan.price);
  return minNotional !== undefined && notional.lt(minNotional)
    ? `it is worth ${notional.toFixed()}, the smallest order is worth ${minNotional}`
    : undefined;
}

export function tooLarge(considered: Considered): string | undefined {
  const plan = planned(considered);
  if (!plan) return refusedAs('ABOVE_MAXIMUM', considered);
  const { maxQuantity } = considered.rules;
  return maxQuantity !== undefined && plan.quantity.gt(maxQuantity)
    ? `${plan.quantity.toFixed()} is more than ${maxQuantity}, the largest order`
    : undefined;
}

/** What the entry would be, where it would be anything. */
export function planned(considered: Considered): EntryPlan | undefined {
  const plan = considered.plan();
  return 'reason' in plan ? undefined : plan;
}

export function refusedAs(reason: ReasonCode, considered: Considered): string | undefined {
  const plan = considered.plan();
  return 'reason' in plan && plan.reason === reason ? plan.detail : undefined;
}
