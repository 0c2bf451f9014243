import { createServer } from 'node:http';
import type { ApiKey } from './access.ts';
import { endpoints } from './endpoints.ts';
import { rulesOf, type Exchange } from './exchange.ts';
import { createFaults, type Fault } from './faults.ts';
import { createLedger } from './ledger.ts';
import { createLimiter, type Limits } from './limits.ts';
import { openMarketStream, type Disturbance } from './market-stream.ts';
import { createMatching, type Commission } from './matching.ts';
import { orderView } from './orders.ts';
import { createRestHandler, type RecordedRequest } from './rest.ts';
import { defaultSymbols, type SymbolRules, type SymbolStatus } from './symbols.ts';
import { openUserStream, userStreamPath } from './user-stream.ts';

export { limitAnswers, unclearAnswers } from './faults.ts';

/**
 * A spot exchange that speaks Binance's protocol on the loopback interface, as strict as the real one and with faults on
 * demand. It keeps one account, which whoever connects shares.
 */
export interface BinanceDouble extends AsyncDisposable {
  /** e.g. `http://127.0.0.1:40123`; the WebSocket API is at `/ws-api/v3`, streams at `/ws` and `/stream`. */
  readonly url: string;
  readonly key: ApiKey;
  /** A key that may read and not trade. */
  readonly readOnlyKey: ApiKey;
  readonly requests: readonly RecordedRequest[];
  requestsTo(endpoint: string): readonly RecordedRequest[];
  /** As queries show them. */
  orders(): readonly Record<string, unknown>[];
  /** Free and locked, decimal text. */
  balanceOf(asset: string): { free: string; locked: string };
  setBalance(asset: string, free: string): void;
  setPrice(symbol: string, price: string): void;
  trade(symbol: string, price: string, quantity: string): void;
  setDepth(symbol: string, quantity: string | undefined): void;
  setStatus(symbol: string, status: SymbolStatus | 'delisted'): void;
  setCommission(commission: Commission): void;
  setLimits(limits: Limits): void;
  /** How far its clock is ahead. */
  setClockOffset(ms: number): void;
  fault(fault: Fault): void;
  /** From now on it finds whatever a fault has hidden. */
  findHidden(): void;
  /** How many clients receive the user data stream. */
  readonly subscribers: number;
  dropStreams(): void;
  silenceStreams(): void;
  breakSubscriptions(times: number): void;
  /** How many connections have a stream of the market. */
  readonly marketSubscribers: number;
  /** What goes wrong with the streams of the market. */
  disturb(disturbance: Disturbance): void;
  /** A message as it is, to all who have subscribed to a stream such as `btcusdt@trade`. */
  sendMarket(stream: string, text: string): void;
  /** The next so many events are sent twice. */
  repeatEvents(times: number): void;
}

export async function startBinanceDouble({
  balances = { USDT: '10000', BTC: '1', ETH: '10', BNB: '0' },
  prices = { BTCUSDT: '50000', ETHUSDT: '2500', BNBUSDT: '600' },
  symbols = defaultSymbols,
  port = 0,
  quietMarket = false,
}: {
  balances?: Readonly<Record<string, string>>;
  prices?: Readonly<Record<string, string>>;
  symbols?: readonly SymbolRules[];
  port?: number;
  /** Its streams tell nothing but what is sent with `sendMarket`. */
  quietMarket?: boolean;
} = {}): Promise<BinanceDouble> {
  const listed = new Map(symbols.map((rules) => [rules.symbol, rules]));
  // Orders outlive the listing of their symbol.
  const known = new Map(listed);
  const ledger = createLedger(balances);
  let clockOffsetMs = 0;
  let commission: Commission = { rate: '0.00100000', paidIn: 'received' };
  let limits: Limits = { weightPerMinute: 6_000, ordersPer10Seconds: 100 };
  let repeats = 0;
  let ids = 0;
  const nowMs = (): number => Date.now() + clockOffsetMs;
  const emit = (report: object, assets: readonly string[]): void => {
    const positions = [...new Set(assets)].map((asset) => {
      const { free, locked } = balanceOf(asset);
      return { a: asset, f: free, l: locked };
    });
    const position = { e: 'outboundAccountPosition', E: nowMs(), u: nowMs(), B: positions };
    for (const event of [report, position]) {
      stream.emit(event);
      if (repeats > 0) {
        repeats--;
        stream.emit(event);
      }
    }
  };
  const balanceOf = (asset: string) => {
    const holding = ledger.holdings.get(asset);
    return {
      free: holding?.free.toFixed(8) ?? '0.00000000',
      locked: holding?.locked.toFixed(8) ?? '0.00000000',
    };
  };

  const key = {
    apiKey: 'KeyOfTheTestDouble00000000000001',
    secret: 'SecretOfTheTestDouble00000001',
  };
  const readOnlyKey = {
    apiKey: 'KeyOfTheTestDouble00000000000002',
    secret: 'SecretOfTheTestDouble00000002',
    readOnly: true,
  };
  const exchange: Exchange = {
    symbols: listed,
    ledger,
    matching: createMatching({
      ledger,
      commission: () => commission,
      nowMs,
      rulesOf: (symbol) => rulesOf({ symbols: known }, symbol),
      emit,
    }),
    keys: [key, readOnlyKey],
    nowMs,
    commission: () => commission,
    newId: () => `double${++ids}`,
  };
  for (const [symbol, price] of Object.entries(prices)) exchange.matching.setPrice(symbol, price);

  const faults = createFaults();
  const requests: RecordedRequest[] = [];
  const closing = new AbortController();
  const limiter = createLimiter(() => limits, nowMs);
  const handle = createRestHandler({ exchange, faults, limiter, requests, signal: closing.signal });
  const server = createServer((request, response) => {
    // A client that goes away in the middle, or the end of the test, is no failure of the exchange.
    handle(request, response).catch(() => response.destroy());
  });
  const stream = openUserStream(exchange);
  const market = openMarketStream(exchange, { isQuiet: quietMarket });
  server.on('upgrade', (request, socket, head) => {
    const isUser = new URL(request.url ?? '/', 'http://localhost').pathname === userStreamPath;
    (isUser ? stream : market).upgrade(request, socket, head);
  });
  const bound = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });

  return {
    url: `http://127.0.0.1:${bound}`,
    key,
    readOnlyKey,
    requests,
    requestsTo: (endpoint) => requests.filter((request) => request.endpoint === endpoint),
    orders: () => exchange.matching.orders.map(orderView),
    balanceOf,
    setBalance: ledger.set,
    setPrice: exchange.matching.setPrice,
    trade: exchange.matching.trade,
    setDepth: exchange.matching.setDepth,
    setStatus(symbol, status) {
      if (status === 'delisted') return void listed.delete(symbol);
      const rules = { ...rulesOf({ symbols: known }, symbol), status };
      known.set(symbol, rules);
      listed.set(symbol, rules);
    },
    setCommission: (next) => void (commission = next),
    setLimits: (next) => void (limits = next),
    setClockOffset: (ms) => void (clockOffsetMs = ms),
    findHidden() {
      for (const order of exchange.matching.orders) order.visibleAtMs = 0;
    },
    fault(fault) {
      if (!endpoints[fault.on]) throw new Error(`there is no endpoint ${fault.on}`);
      faults.add(fault);
    },
    get subscribers() {
      return stream.subscribers;
    },
    dropStreams: stream.drop,
    silenceStreams: stream.silence,
    breakSubscriptions: stream.breakSubscriptions,
    get marketSubscribers() {
      return market.subscribers;
    },
    disturb: market.disturb,
    sendMarket: market.send,
    repeatEvents: (times) => void (repeats += times),
    async [Symbol.asyncDispose]() {
      closing.abort();
      stream.close();
      market.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
