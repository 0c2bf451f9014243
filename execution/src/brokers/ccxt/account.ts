import { Big, SymbolName, toDecimal, Venue } from '@heliograph/contracts';
import { z } from 'zod';
import type { Balance, Broker, UnreadOrder, VenueOrder, VenuePosition } from '../broker.ts';
import { Balances, FoundPosition, type FoundOrder } from './answers.ts';
import type { Asking } from './asking.ts';
import { listedOrders, type ListedOrder } from './listed-orders.ts';
import type { CcxtVenue } from './load-venue.ts';
import { instrumentOf, type MarketRules } from './market-rules.ts';
import type { OrderNames } from './order-names.ts';
import type { MarketType } from './venues.ts';

/** What the account has, and what it may trade. */
export function createAccount({
  venue,
  exchangeId,
  marketType,
  names,
  marketOf,
  asking,
}: {
  venue: CcxtVenue;
  exchangeId: string;
  marketType: MarketType;
  names: OrderNames;
  marketOf: (symbol: string) => MarketRules | undefined;
  asking: Asking;
}): Pick<Broker, 'openOrders' | 'balances' | 'positions' | 'instruments'> {
  const venueName = Venue.parse(exchangeId);
  const unitsOf = (symbol: string): Big => marketOf(symbol)?.contractSize ?? new Big('1');

  const orderOf = (order: FoundOrder, symbol: SymbolName): VenueOrder => {
    const quantity = (amount = '0') => toDecimal(unitsOf(symbol).times(amount));
    const clientOrderId = names.toOurs(order.clientOrderId) ?? order.clientOrderId;
    const limitPrice = positive(order.price);
    const stopPrice = positive(order.triggerPrice);
    return {
      ...(clientOrderId !== undefined && { clientOrderId }),
      venueOrderId: order.id,
      venue: venueName,
      symbol,
      side: order.side,
      type: order.type ?? 'unknown',
      quantity: quantity(order.amount),
      filledQuantity: quantity(order.filled),
      ...(limitPrice !== undefined && { limitPrice }),
      ...(stopPrice !== undefined && { stopPrice }),
      reduceOnly: order.reduceOnly ?? false,
      timeMs: order.timestamp ?? 0,
    };
  };

  const unreadOf = (
    { unread, id, clientOrderId: theirs }: Extract<ListedOrder, { unread: string }>,
    symbol: SymbolName,
  ): UnreadOrder => {
    const clientOrderId = names.toOurs(theirs) ?? theirs;
    return {
      venue: venueName,
      symbol,
      unread,
      ...(id !== undefined && { venueOrderId: id }),
      ...(clientOrderId !== undefined && { clientOrderId }),
    };
  };

  /** None where it is flat, or of an instrument that has no name here. */
  const positionOf = ({
    symbol,
    side,
    contracts = '0',
  }: z.infer<typeof FoundPosition>): VenuePosition[] => {
    const name = SymbolName.safeParse(symbol);
    const quantity = new Big(contracts).abs().times(unitsOf(symbol));
    if (!name.success || side === undefined || quantity.eq('0')) return [];
    return [{ venue: venueName, symbol: name.data, side, quantity: toDecimal(quantity) }];
  };

  return {
    openOrders: (symbols) =>
      asking('open orders', async () => {
        // Of what it does not list any more it tells nothing.
        const bySymbol = symbols.filter(marketOf).map(async (symbol) => {
          const listed = listedOrders(await venue.fetchOpenOrders(symbol));
          return listed.map((each) =>
            'order' in each ? orderOf(each.order, symbol) : unreadOf(each, symbol),
          );
        });
        return (await Promise.all(bySymbol)).flat();
      }),
    balances: () =>
      asking('balances', async () => balancesOf(Balances.parse(await venue.fetchBalance()))),
    async positions() {
      if (marketType === 'spot') return undefined;
      return asking('positions', async () =>
        z
          .array(FoundPosition)
          .parse(await venue.fetchPositions())
          .flatMap(positionOf),
      );
    },
    instruments: (symbols) =>
      asking('instruments', async () => {
        await venue.loadMarkets(true);
        return symbols.map((symbol) =>
          instrumentOf(marketOf(symbol), { venue: venueName, symbol }),
        );
      }),
  };
}

function balancesOf({ free, total }: z.infer<typeof Balances>): Balance[] {
  return Object.entries(total)
    .filter(([, amount = '0']) => !new Big(amount).eq('0'))
    .map(([currency, amount = '0']) => ({
      currency,
      free: text(free[currency] ?? '0'),
      total: text(amount),
    }));
}

function positive(price: string | undefined): string | undefined {
  return price === undefined || new Big(price).lte('0') ? undefined : text(price);
}

function text(amount: string): string {
  return toDecimal(new Big(amount));
}
