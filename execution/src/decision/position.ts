import { Big, type EventId, type SymbolName, type Venue } from '@heliograph/contracts';

/** A long position since it was opened. Quantities are base units; notionals and fees quote currency. */
export interface Position {
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly strategy: string;
  readonly correlationId: EventId;
  readonly entrySignalId: EventId;
  readonly entryTimeMs: number;
  readonly quantity: Big;
  readonly boughtQuantity: Big;
  readonly boughtNotional: Big;
  readonly soldQuantity: Big;
  readonly soldNotional: Big;
  readonly fees: Big;
}

export interface Fill {
  readonly side: 'buy' | 'sell';
  readonly quantity: Big;
  readonly price: Big;
  readonly fee: Big;
}

type Opening = Pick<
  Position,
  'venue' | 'symbol' | 'strategy' | 'correlationId' | 'entrySignalId' | 'entryTimeMs'
>;

const zero = new Big('0');

export function openPosition(opening: Opening): Position {
  return {
    ...opening,
    quantity: zero,
    boughtQuantity: zero,
    boughtNotional: zero,
    soldQuantity: zero,
    soldNotional: zero,
    fees: zero,
  };
}

export function applyFill(position: Position, { side, quantity, price, fee }: Fill): Position {
  const notional = quantity.times(price);
  const fees = position.fees.plus(fee);
  return side === 'buy'
    ? {
        ...position,
        fees,
        quantity: position.quantity.plus(quantity),
        boughtQuantity: position.boughtQuantity.plus(quantity),
        boughtNotional: position.boughtNotional.plus(notional),
      }
    : {
        ...position,
        fees,
        quantity: position.quantity.minus(quantity),
        soldQuantity: position.soldQuantity.plus(quantity),
        soldNotional: position.soldNotional.plus(notional),
      };
}

/** Quote per base unit over all entries, fees not included. */
export function averageEntryPrice(position: Position): Big {
  return position.boughtNotional.div(position.boughtQuantity);
}

/** What the sold part earned over its average entry, less all fees paid so far; quote currency. */
export function realisedPnl(position: Position): Big {
  const { soldQuantity, soldNotional, boughtQuantity, boughtNotional, fees } = position;
  // When all is sold the cost is the whole entry notional: no division, hence exact to the last digit.
  const cost = soldQuantity.eq(boughtQuantity)
    ? boughtNotional
    : boughtNotional.times(soldQuantity).div(boughtQuantity);
  return soldNotional.minus(cost).minus(fees);
}
