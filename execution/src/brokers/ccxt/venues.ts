import { hash } from 'node:crypto';
import type { OrderId } from '@heliograph/contracts';

export type MarketType = 'spot' | 'swap' | 'future';

/** What one venue does unlike the others. Everything else is the same code for all. */
export interface VenueParticulars {
  /** Options of ccxt that keep it from asking what nobody needs here. */
  readonly options: (marketType: MarketType) => Readonly<Record<string, unknown>>;
  /**
   * Parameters by which the venue itself refuses a request for an order that arrives later than `windowMs` after
   * `timeMs`, which is by its own clock. Without them the request is only stopped on our side.
   */
  readonly fence?: (timeMs: number, windowMs: number) => Readonly<Record<string, unknown>>;
  /** What our id for an order is to it, where that has to look otherwise. */
  readonly clientIdOf?: (id: OrderId) => string | number;
  /** Whether its `fetchOrder` and `cancelOrder` take client ids. Otherwise an order is looked for in lists. */
  readonly knowsClientIds: boolean;
  /**
   * Parameters by which the trades of the account are those of one order, where it can be after a trade: ccxt has no other way to
   * ask for them, or for no more than a page of them.
   */
  readonly tradesByOrder?: (
    venueOrderId: string,
    afterTradeId: string | undefined,
  ) => Readonly<Record<string, unknown>>;
  /** How many orders that have ended it lists at most. Without asking for that many some list two dozen, and the rest is missed. */
  readonly mostListed?: number;
  /** Whether a stop order on its spot market is found and cancelled like any other. */
  readonly keepsStops: boolean;
  /** Whether an HTTP status of 4xx with a reason always means that nothing was done. */
  readonly refusesWith4xx: boolean;
  /**
   * Whether somebody has looked how ccxt names orders to it, and says that there is none. Where not, an order that is there
   * might not be found.
   */
  readonly checked: boolean;
}

const binance: VenueParticulars = {
  options: (marketType) => ({
    fetchMargins: false,
    fetchCurrencies: false,
    fetchMarkets: { types: [marketType === 'spot' ? 'spot' : 'linear'] },
  }),
  fence: (timeMs, windowMs) => ({ timestamp: timeMs, recvWindow: windowMs }),
  knowsClientIds: true,
  tradesByOrder: (orderId, after) => ({
    orderId,
    ...(after !== undefined && { fromId: String(BigInt(after) + 1n) }),
  }),
  keepsStops: true,
  refusesWith4xx: true,
  checked: true,
};
const common: VenueParticulars = {
  options: () => ({}),
  knowsClientIds: false,
  keepsStops: false,
  refusesWith4xx: false,
  checked: false,
};
const findsClientIds: VenueParticulars = { ...common, knowsClientIds: true, checked: true };

const venues: Readonly<Record<string, VenueParticulars>> = {
  binance,
  binanceus: binance,
  binanceusdm: binance,
  binancecoinm: binance,
  // Client ids are whole numbers of 45 bits here, which are good for a day.
  bitfinex: {
    ...common,
    clientIdOf: (id) => Number(BigInt(`0x${hash('sha256', id).slice(0, 16)}`) >> 19n),
    mostListed: 2_500,
    checked: true,
  },
  bitget: { ...findsClientIds, tradesByOrder: (orderId) => ({ orderId }) },
  kucoin: findsClientIds,
  okx: findsClientIds,
};

export function particularsOf(exchangeId: string): VenueParticulars {
  return venues[exchangeId] ?? common;
}

export const checkedVenues: readonly string[] = Object.keys(venues);
