import { Big, SymbolName, toDecimal, type Venue } from '@heliograph/contracts';
import type { z } from 'zod';
import type { Balance, VenueOrder, VenuePosition } from '../broker.ts';
import type { Balances, FoundOrder, FoundPosition } from './answers.ts';

export function balancesOf({ free, total }: z.infer<typeof Balances>): Balance[] {
  return Object.entries(total)
    .filter(([, amount]) => amount !== undefined && !new Big(amount).eq('0'))
    .map(([currency, amount]) => ({
      currency,
      free: text(free[currency] ?? '0'),
      total: text(amount ?? '0'),
    }));
}

export function venueOrderOf(
  order: FoundOrder,
  { venue, symbol, contractSize }: { venue: Venue; symbol: SymbolName; contractSize: Big },
): VenueOrder {
  const quantity = (amount: string | undefined) => toDecimal(contractSize.times(amount ?? '0'));
  const price = positive(order.price);
  const stop = positive(order.triggerPrice);
  return {
    ...(order.clientOrderId !== undefined && { clientOrderId: order.clientOrderId }),
    venueOrderId: order.id,
    venue,
    symbol,
    side: order.side,
    type: order.type ?? 'unknown',
    quantity: quantity(order.amount),
    filledQuantity: quantity(order.filled),
    ...(price !== undefined && { limitPrice: price }),
    ...(stop !== undefined && { stopPrice: stop }),
    reduceOnly: order.reduceOnly ?? false,
    timeMs: order.timestamp ?? 0,
  };
}

/** None where it is flat, or of an instrument that has no name here. */
export function positionOf(
  { symbol, side, contracts }: z.infer<typeof FoundPosition>,
  venue: Venue,
  contractSize: Big | undefined,
): VenuePosition[] {
  const name = SymbolName.safeParse(symbol);
  const quantity = new Big(contracts ?? '0').abs().times(contractSize ?? '1');
  if (!name.success || side === undefined || quantity.eq('0')) return [];
  return [{ venue, symbol: name.data, side, quantity: toDecimal(quantity) }];
}

function positive(price: string | undefined): string | undefined {
  return price === undefined || new Big(price).lte('0') ? undefined : text(price);
}

function text(amount: string): string {
  return toDecimal(new Big(amount));
}
