/** What one venue does unlike the others. Everything else is the same code for all. */
export interface VenueParticulars {
  /** Options of ccxt that keep it from asking what nobody needs here. */
  readonly options: Readonly<Record<string, unknown>>;
  /**
   * Parameters by which the venue itself refuses a request for an order that arrives later than `windowMs` after
   * `timeMs`, which is by its own clock. Without them the request is only stopped on our side.
   */
  readonly fence?: (timeMs: number, windowMs: number) => Readonly<Record<string, unknown>>;
  /** Whether its `fetchOrder` and `cancelOrder` take our id for an order. Otherwise it is looked for in lists. */
  readonly knowsClientIds: boolean;
  /** Whether an HTTP status of 4xx with a reason always means that nothing was done. */
  readonly refusesWith4xx: boolean;
}

const binance: VenueParticulars = {
  options: { fetchMargins: false, fetchCurrencies: false },
  fence: (timeMs, windowMs) => ({ timestamp: timeMs, recvWindow: windowMs }),
  knowsClientIds: true,
  refusesWith4xx: true,
};
const findsClientIds: VenueParticulars = {
  options: {},
  knowsClientIds: true,
  refusesWith4xx: false,
};
const others: VenueParticulars = { options: {}, knowsClientIds: false, refusesWith4xx: false };

const venues: Readonly<Record<string, VenueParticulars>> = {
  binance,
  binanceus: binance,
  binanceusdm: binance,
  binancecoinm: binance,
  bitget: findsClientIds,
  kucoin: findsClientIds,
  mexc: findsClientIds,
  okx: findsClientIds,
};

export function particularsOf(exchangeId: string): VenueParticulars {
  return venues[exchangeId] ?? others;
}
