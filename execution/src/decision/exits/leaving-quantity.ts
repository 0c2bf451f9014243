import { Big, exactly, signOf, type TradeSignal } from '@heliograph/contracts';
import type { Considered } from '../considered.ts';
import { leaving } from './on-its-way.ts';
import { multiple } from '../entries/size.ts';
import { isTooLittle } from './target-parts.ts';

const zero = new Big('0');

/**
 * Base units that an exit or a reduction leaves with: never more than is held and not on its way out yet, and all of it
 * without regard to lots. A reduction leaves nothing behind that is too little for any order.
 */
export function leavingQuantity(considered: Considered): Big {
  const { portfolio, key, signal, position, rules, takenBack } = considered;
  if (!position) return zero;
  const others = leaving(portfolio, key, (order) => !takenBack.includes(order));
  const stays = position.quantity.minus(others);
  if (signOf(stays) <= 0) return zero;
  if (signal.data.intent === 'exit') return stays;
  const wanted = reducedBy(considered, signal.data.size);
  if (wanted.gte(stays)) return stays;
  const part = multiple(wanted, rules.lotSize);
  return signOf(part) > 0 && isStranded(considered, stays.minus(part)) ? stays : part;
}

/** The version of the rules; before, a reduction might leave what no order could sell. */
const nothingStrandedSince = 7;

/** Whether the instrument takes no order for so little: it would be in the way of every entry until the price rises. */
function isStranded(considered: Considered, rest: Big): boolean {
  const { portfolio, rules } = considered;
  const isKnown = portfolio.decisionsVersion >= nothingStrandedSince;
  return isKnown && isTooLittle(rest, lastPrice(considered), rules);
}

function lastPrice({ last, referencePrice }: Considered): Big {
  return last ? exactly(last.price) : referencePrice;
}

function reducedBy(considered: Considered, size: TradeSignal['data']['size']): Big {
  const price = lastPrice(considered);
  switch (size?.kind) {
    case 'base':
      return new Big(size.value);
    case 'quote':
      return price.gt(zero) ? new Big(size.value).div(price) : zero;
    case 'equityRatio': {
      const part = considered.equity().times(exactly(size.value));
      return price.gt(zero) && part.gt(zero) ? part.div(price) : zero;
    }
    case 'riskRatio':
    case undefined:
      return zero;
  }
}
