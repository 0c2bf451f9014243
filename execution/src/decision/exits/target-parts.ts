import { Big, exactly, type InstrumentRules, type Protection } from '@heliograph/contracts';
import { multiple } from '../entries/size.ts';

type Targets = NonNullable<Protection['takeProfits']>;
type Rules = Omit<InstrumentRules, 'lotSize'> & { readonly lotSize: string };

/** The version of the rules; before, each target went by itself, and three thirds left a lot. */
const togetherSince = 7;
/** Three thirds, as numbers have them, are a whole. */
const wholeRatio = new Big('0.999999999');
const zero = new Big('0');

/**
 * How much is to be sold by each target and those before it, base units: of all that was entered their ratios, by the lot.
 * A part that is too little for an order goes with the next target, and so does a rest with the one before: neither could be
 * sold by itself. Where all of it is too little, it is left to the last: the venue has the last word.
 */
export function partsUpTo(
  targets: Targets,
  entered: Big,
  { rules, decisionsVersion }: { rules: Rules; decisionsVersion: number },
): Big[] {
  const whole = decisionsVersion < togetherSince ? '1' : wholeRatio;
  let ratio = zero;
  const asked = targets.map((target) => {
    ratio = ratio.plus(exactly(target.ratio));
    return multiple(ratio.gte(whole) ? entered : entered.times(ratio), rules.lotSize);
  });
  if (decisionsVersion < togetherSince) return asked;
  const all = asked.at(-1) ?? zero;
  const parts: Big[] = [];
  for (const [index, { price }] of targets.entries()) {
    const before = parts.at(-1) ?? zero;
    const upToHere = asked[index] ?? before;
    const isLast = index === targets.length - 1;
    const next = targets[index + 1]?.price ?? price;
    if (isLast || isTooLittle(all.minus(before), price, rules)) parts.push(isLast ? all : before);
    else if (isTooLittle(upToHere.minus(before), price, rules)) parts.push(before);
    else if (isTooLittle(all.minus(upToHere), next, rules)) parts.push(all);
    else parts.push(upToHere);
  }
  return parts;
}

/** Whether an instrument takes no order for so little at that price. */
export function isTooLittle(
  quantity: Big,
  price: Big | string,
  { minQuantity, minNotional }: Pick<InstrumentRules, 'minQuantity' | 'minNotional'>,
): boolean {
  return (
    (minQuantity !== undefined && quantity.lt(minQuantity)) ||
    (minNotional !== undefined && quantity.times(price).lt(minNotional))
  );
}
