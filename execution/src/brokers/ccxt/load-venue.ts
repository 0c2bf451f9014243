import { UserError } from '@heliograph/contracts';
import { paceRequests, type Pace, type StreamClient } from '@heliograph/contracts/service';
import { particularsOf, type MarketType } from './venues.ts';

export interface Credentials {
  readonly apiKey: string;
  readonly secret: string;
  /** Where a venue wants one, as OKX and KuCoin do. */
  readonly password?: string;
}

type ListOrders = (
  symbol: string,
  sinceMs: number | undefined,
  limit: number | undefined,
) => Promise<unknown>;

/** What is used of a ccxt exchange. Its answers are read with schemas. */
export interface CcxtVenue {
  readonly has: Readonly<Record<string, unknown>>;
  readonly options: Record<string, unknown>;
  readonly precisionMode: number;
  readonly urls: { api: unknown; readonly test?: unknown };
  readonly markets: unknown;
  streaming: Record<string, unknown>;
  readonly rateLimit: number;
  throttle: Pace;
  timeout: number;
  /** What time it is when it signs a request. */
  milliseconds: () => number;
  fetchImplementation: (url: string, init: RequestInit) => Promise<Response>;
  client: (url: string) => StreamClient;
  loadHttpProxyAgent(): Promise<unknown>;
  setSandboxMode(on: boolean): void;
  loadMarkets(reload: boolean): Promise<unknown>;
  fetchTime(): Promise<unknown>;
  fetchBalance(): Promise<unknown>;
  fetchPositions(): Promise<unknown>;
  fetchTicker(symbol: string): Promise<unknown>;
  fetchOHLCV(symbol: string, timeframe: string, sinceMs: number, limit: number): Promise<unknown>;
  createOrder(
    symbol: string,
    type: 'market' | 'limit',
    side: 'buy' | 'sell',
    amount: string,
    price: string | undefined,
    params: Readonly<Record<string, unknown>>,
  ): Promise<unknown>;
  cancelOrder(
    id: string | undefined,
    symbol: string,
    params: Readonly<Record<string, unknown>>,
  ): Promise<unknown>;
  fetchOrder(
    id: string | undefined,
    symbol: string,
    params: Readonly<Record<string, unknown>>,
  ): Promise<unknown>;
  fetchOpenOrders(symbol: string): Promise<unknown>;
  fetchClosedOrders: ListOrders;
  fetchCanceledOrders: ListOrders;
  fetchOrders: ListOrders;
  fetchOrderTrades(id: string, symbol: string): Promise<unknown>;
  fetchMyTrades(
    symbol: string,
    sinceMs: number | undefined,
    limit?: number,
    params?: Readonly<Record<string, unknown>>,
  ): Promise<unknown>;
  watchOrders(): Promise<unknown>;
  /** Binance's endpoint for orders that are checked and not placed. */
  privatePostOrderTest?(params: Readonly<Record<string, string>>): Promise<unknown>;
  close(): Promise<unknown>;
}

/** Loads ccxt, which takes 100 MB and half a second, only when a venue is really wanted. */
export async function loadVenue({
  exchangeId,
  credentials,
  sandbox,
  marketType,
  options,
}: {
  exchangeId: string;
  credentials: Credentials;
  sandbox: boolean;
  marketType: MarketType;
  options: Readonly<Record<string, unknown>>;
}): Promise<CcxtVenue> {
  const { default: ccxt } = await import('ccxt');
  // The classes with streams, and the others where there are none.
  const found: unknown = ccxt.exchanges.includes(exchangeId)
    ? (Reflect.get(ccxt.pro, exchangeId) ?? Reflect.get(ccxt, exchangeId))
    : undefined;
  if (typeof found !== 'function')
    throw new UserError(
      `there is no exchange ${exchangeId}: use one of ccxt's names, such as binance or kraken`,
    );
  const venue: CcxtVenue = Reflect.construct(found, [
    {
      ...credentials,
      enableRateLimit: true,
      // Money stays text.
      number: String,
      options: {
        defaultType: marketType,
        ...particularsOf(exchangeId).options(marketType),
        ...options,
        // A request that is sent twice may be two orders.
        maxRetriesOnFailure: 0,
      },
    },
  ]);
  paceRequests(venue);
  if (sandbox) enterSandbox(venue, exchangeId);
  return venue;
}

function enterSandbox(venue: CcxtVenue, exchangeId: string): void {
  // ccxt would go on with no address at all.
  if (venue.urls.test === undefined)
    throw new UserError(
      `${exchangeId} has no sandbox: trade it for real with little money, or choose another exchange`,
    );
  venue.setSandboxMode(true);
}
