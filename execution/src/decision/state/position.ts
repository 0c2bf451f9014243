import {
  Big,
  signOf,
  type EventId,
  type OrderId,
  type Protection,
  type SymbolName,
  type Venue,
} from '@heliograph/contracts';

/** A position since it was opened. Quantities are base units, unsigned; notionals and fees quote currency. */
export interface Position {
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly side: 'long' | 'short';
  readonly strategy: string;
  readonly correlationId: EventId;
  readonly entrySignalId: EventId;
  /** The order that made it larger last, and the price of its last fill. */
  readonly enteredBy: OrderId;
  readonly enteredAt: Big;
  /** Its entry was filled although an exit had taken it back, or the venue has refused to let it go. */
  readonly isUnwanted: boolean;
  readonly entryTimeMs: number;
  /** What its last entry asked to be protected by, and since when; epoch ms. */
  readonly protection?: Protection;
  readonly protectedMs: number;
  readonly quantity: Big;
  readonly enteredQuantity: Big;
  readonly enteredNotional: Big;
  readonly leftQuantity: Big;
  readonly leftNotional: Big;
  readonly fees: Big;
  /** What the average goes by where it was made larger again after a part had been left; else by all that was entered. */
  readonly basis?: Basis;
}

interface Basis {
  readonly quantity: Big;
  readonly notional: Big;
}

export interface Fill {
  readonly side: 'buy' | 'sell';
  readonly quantity: Big;
  readonly price: Big;
  readonly fee: Big;
}

/** What is known of a position before its first fill. */
export type Opening = Omit<
  Position,
  | 'enteredAt'
  | 'quantity'
  | 'enteredQuantity'
  | 'enteredNotional'
  | 'leftQuantity'
  | 'leftNotional'
  | 'fees'
  | 'basis'
>;

const zero = new Big('0');

/** The position that a fill opens. */
export function openPosition(opening: Opening, { quantity, price, fee }: Fill): Position {
  return {
    ...opening,
    enteredAt: price,
    quantity,
    enteredQuantity: quantity,
    enteredNotional: quantity.times(price),
    leftQuantity: zero,
    leftNotional: zero,
    fees: fee,
  };
}

/** The version of the rules; before, what had been left counted among what the average went by. */
const basisSince = 7;

/** The position after a fill that does not take it beyond flat. */
export function applyFill(
  position: Position,
  { side, quantity, price, fee }: Fill,
  decisionsVersion: number,
): Position {
  const notional = quantity.times(price);
  const fees = position.fees.plus(fee);
  const isAgain = signOf(position.leftQuantity) > 0 && decisionsVersion >= basisSince;
  return enters(position, side)
    ? {
        ...position,
        fees,
        enteredAt: price,
        quantity: position.quantity.plus(quantity),
        enteredQuantity: position.enteredQuantity.plus(quantity),
        enteredNotional: position.enteredNotional.plus(notional),
        ...(isAgain && {
          basis: {
            quantity: position.quantity.plus(quantity),
            notional: costOf(position).plus(notional),
          },
        }),
      }
    : {
        ...position,
        fees,
        quantity: position.quantity.minus(quantity),
        leftQuantity: position.leftQuantity.plus(quantity),
        leftNotional: position.leftNotional.plus(notional),
      };
}

/** Whether a fill on that side makes the position larger. */
export function enters({ side: held }: Pick<Position, 'side'>, side: 'buy' | 'sell'): boolean {
  return (held === 'long') === (side === 'buy');
}

/**
 * A fill as what it does to a position: the part that it can bear, and the part that goes beyond flat and opens another.
 * The fee is shared by quantity; the parts add up to the fill to the last digit.
 */
export function splitAtFlat(
  position: Position | undefined,
  fill: Fill,
): { within?: Fill; beyond?: Fill } {
  if (!position) return { beyond: fill };
  if (enters(position, fill.side) || fill.quantity.lte(position.quantity)) return { within: fill };
  const { quantity } = position;
  const fee = fill.fee.times(quantity).div(fill.quantity);
  return {
    within: { ...fill, quantity, fee },
    beyond: { ...fill, quantity: fill.quantity.minus(quantity), fee: fill.fee.minus(fee) },
  };
}

/** Quote per base unit of what is held, fees not included; it stays when a part is left. */
export function averageEntryPrice(position: Position): Big {
  const { quantity, notional } = basisOf(position);
  return notional.div(quantity);
}

/** The same over all entries since it was opened. */
export function entryPriceOf({ enteredNotional, enteredQuantity }: Position): Big {
  return enteredNotional.div(enteredQuantity);
}

/** What is held has cost: nothing is cut of it where all that the average goes by is still there. */
export function costOf(position: Position): Big {
  const { quantity, notional } = basisOf(position);
  return position.quantity.eq(quantity)
    ? notional
    : notional.times(position.quantity).div(quantity);
}

function basisOf({ basis, enteredNotional, enteredQuantity }: Position): Basis {
  return basis ?? { quantity: enteredQuantity, notional: enteredNotional };
}

/**
 * What the part that was left earned over its average entry, less all fees paid so far; quote currency. What nobody could
 * sell is lost.
 */
export function realisedPnl(position: Position): Big {
  const { side, quantity, leftQuantity, leftNotional, enteredNotional, fees } = position;
  // Nothing was left yet: all that was paid are fees.
  if (signOf(leftQuantity) === 0 && signOf(quantity) !== 0) return zero.minus(fees);
  const cost = costOfLeft(position);
  const gain = side === 'long' ? leftNotional.minus(cost) : cost.minus(leftNotional);
  return gain.minus(fees);

  function costOfLeft({ basis, enteredQuantity }: Position): Big {
    // When nothing is held the cost is the whole entry notional: no division, hence exact to the last digit.
    if (signOf(quantity) === 0) return enteredNotional;
    return basis
      ? enteredNotional.minus(costOf(position))
      : enteredNotional.times(leftQuantity).div(enteredQuantity);
  }
}

/** What it is worth at that price: negative for a short position, which must be bought back. */
export function worth({ side, quantity }: Pick<Position, 'side' | 'quantity'>, price: Big): Big {
  const notional = quantity.times(price);
  return side === 'long' ? notional : notional.times('-1');
}
