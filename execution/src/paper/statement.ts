import { Big, Venue, type SymbolName } from '@heliograph/contracts';
import type { Balance, Instrument, VenueOrder, VenuePosition } from '../brokers/broker.ts';
import { settingsOf, type PaperBook, type RestingOrder } from './book.ts';
import { isMarginAccount, rulesFor } from './rules.ts';

/** The venue of whatever nobody has traded or seen yet. */
const paperVenue = Venue.parse('paper');

export function openOrdersOf(book: PaperBook, symbols: readonly SymbolName[]): VenueOrder[] {
  return [...book.resting.values()]
    .filter(({ symbol }) => symbols.includes(symbol))
    .map((order) => ({
      clientOrderId: order.orderId,
      venueOrderId: order.orderId,
      venue: order.venue,
      symbol: order.symbol,
      side: order.side,
      type: order.orderType,
      quantity: quantityOf(order).toFixed(),
      filledQuantity: order.filled.toFixed(),
      ...(order.limitPrice && { limitPrice: order.limitPrice.toFixed() }),
      ...(order.stopPrice && { stopPrice: order.stopPrice.toFixed() }),
      reduceOnly: order.reduceOnly,
      timeMs: order.timeMs,
    }));
}

/** Orders hold nothing back: what cannot be paid for at its fill is cancelled there. */
export function balancesOf(book: PaperBook): Balance[] {
  if (book.currency === undefined) return [];
  const totals = new Map<string, Big>([[book.currency, book.cash]]);
  if (!isMarginAccount(settingsOf(book)))
    for (const { symbol, quantity } of book.holdings.values()) {
      const [base = symbol] = symbol.split('/');
      totals.set(base, totals.get(base)?.plus(quantity) ?? quantity);
    }
  return [...totals].map(([currency, amount]) => {
    const total = amount.toFixed();
    return { currency, free: total, total };
  });
}

export function positionsOf(book: PaperBook): VenuePosition[] | undefined {
  if (!isMarginAccount(settingsOf(book))) return undefined;
  return [...book.holdings.values()].map(({ venue, symbol, quantity }) => ({
    venue,
    symbol,
    side: quantity.gt('0') ? 'long' : 'short',
    quantity: quantity.abs().toFixed(),
  }));
}

/** One for each venue that a symbol was traded at here. */
export function instrumentsOf(book: PaperBook, symbols: readonly SymbolName[]): Instrument[] {
  const settings = settingsOf(book);
  return symbols.flatMap((symbol) => {
    const { lotSize, tickSize, minQuantity, maxQuantity, minNotional } = rulesFor(settings, symbol);
    return venuesOf(book, symbol).map((venue) => ({
      venue,
      symbol,
      status: 'trading',
      lotSize,
      ...(tickSize !== undefined && { tickSize }),
      ...(minQuantity !== undefined && { minQuantity }),
      ...(maxQuantity !== undefined && { maxQuantity }),
      ...(minNotional !== undefined && { minNotional }),
    }));
  });
}

function venuesOf({ resting, holdings }: PaperBook, symbol: SymbolName): Venue[] {
  const known = [...resting.values(), ...holdings.values()]
    .filter((instrument) => instrument.symbol === symbol)
    .map(({ venue }) => venue);
  return known.length === 0 ? [paperVenue] : [...new Set(known)];
}

/** Base units; what a quote amount will buy is known at its price alone. */
function quantityOf({ size, filled, limitPrice, stopPrice }: RestingOrder): Big {
  if (size.kind === 'base') return new Big(size.quantity);
  const price = limitPrice ?? stopPrice;
  return price ? new Big(size.notional).div(price) : filled;
}
