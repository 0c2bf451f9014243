import { ApiError } from './api-error.ts';
import {
  each,
  namedOrder,
  newOrder,
  readPage,
  rulesOf,
  visible,
  type Exchange,
} from './exchange.ts';
import { klines } from './klines.ts';
import { aggregateRow, marketTrades, tradeRow } from './market-trades.ts';
import {
  isOpen,
  orderFacts,
  orderView,
  placedView,
  tradeView,
  type DoubleOrder,
} from './orders.ts';
import type { Parameters } from './parameters.ts';
import { symbolView } from './symbols.ts';

export interface Endpoint {
  readonly weight: (parameters: Parameters) => number;
  readonly access: 'public' | 'read' | 'trade';
  readonly run: (
    exchange: Exchange,
    parameters: Parameters,
    options: { hiddenMs: number },
  ) => unknown;
}

const bySymbol = (one: number, all: number) => (parameters: Parameters) =>
  parameters.optional('symbol') === undefined ? all : one;

export const endpoints: Readonly<Record<string, Endpoint>> = {
  'GET /api/v3/ping': { weight: () => 1, access: 'public', run: () => ({}) },
  'GET /api/v3/time': {
    weight: () => 1,
    access: 'public',
    run: (exchange) => ({ serverTime: exchange.nowMs() }),
  },
  'GET /api/v3/exchangeInfo': {
    weight: () => 20,
    access: 'public',
    run: (exchange) => ({
      timezone: 'UTC',
      serverTime: exchange.nowMs(),
      rateLimits: [],
      exchangeFilters: [],
      symbols: [...exchange.symbols.values()].map(symbolView),
    }),
  },
  'GET /api/v3/klines': { weight: () => 2, access: 'public', run: klines },
  'GET /api/v3/trades': {
    weight: () => 25,
    access: 'public',
    run: (exchange, parameters) => marketTrades(exchange, parameters, tradeRow),
  },
  'GET /api/v3/aggTrades': {
    weight: () => 4,
    access: 'public',
    run: (exchange, parameters) => marketTrades(exchange, parameters, aggregateRow),
  },
  'GET /api/v3/ticker/price': {
    weight: bySymbol(2, 4),
    access: 'public',
    run: (exchange, parameters) =>
      each(exchange, parameters, ({ symbol }) => ({
        symbol,
        price: exchange.matching.priceOf(symbol).toFixed(8),
      })),
  },
  'GET /api/v3/ticker/24hr': {
    weight: bySymbol(2, 80),
    access: 'public',
    run: (exchange, parameters) =>
      each(exchange, parameters, ({ symbol }) => dayView(exchange, symbol)),
  },
  'POST /api/v3/order': {
    weight: () => 1,
    access: 'trade',
    run(exchange, parameters, { hiddenMs }) {
      const { order, rules, answer } = newOrder(exchange, parameters);
      const visibleAtMs = exchange.nowMs() + hiddenMs;
      return placedView(exchange.matching.place(order, rules, { visibleAtMs }), answer);
    },
  },
  'POST /api/v3/order/test': {
    weight: () => 1,
    access: 'trade',
    run(exchange, parameters) {
      const { order, rules } = newOrder(exchange, parameters);
      exchange.matching.check(order, rules);
      return {};
    },
  },
  'GET /api/v3/order': {
    weight: () => 4,
    access: 'read',
    run: (exchange, parameters) => orderView(namedOrder(exchange, parameters)),
  },
  'DELETE /api/v3/order': {
    weight: () => 1,
    access: 'trade',
    run(exchange, parameters) {
      const cancelId = parameters.optional('newClientOrderId') ?? exchange.newId();
      const order = namedOrder(
        exchange,
        parameters,
        isOpen,
        new ApiError(-2011, 'Unknown order sent.'),
      );
      exchange.matching.cancel(order, cancelId);
      return cancelledView(order, cancelId);
    },
  },
  'GET /api/v3/openOrders': {
    weight: bySymbol(6, 80),
    access: 'read',
    run: (exchange, parameters) => {
      const symbol = parameters.optional('symbol');
      if (symbol !== undefined) rulesOf(exchange, symbol);
      parameters.end();
      return visible(exchange)
        .filter((order) => isOpen(order) && (symbol === undefined || order.symbol === symbol))
        .map(orderView);
    },
  },
  'GET /api/v3/allOrders': {
    weight: () => 20,
    access: 'read',
    run: (exchange, parameters) => {
      const { symbol } = rulesOf(exchange, parameters.required('symbol'));
      const page = readPage(parameters, 'orderId');
      const orders = visible(exchange).filter((order) => order.symbol === symbol);
      return page(orders, ({ orderId, time }) => ({ id: orderId, time })).map(orderView);
    },
  },
  'GET /api/v3/myTrades': {
    weight: (parameters) => (parameters.optional('orderId') === undefined ? 20 : 5),
    access: 'read',
    run: (exchange, parameters) => {
      const { symbol } = rulesOf(exchange, parameters.required('symbol'));
      const orderId = parameters.integer('orderId');
      const page = readPage(parameters, 'fromId');
      const hidden = new Set(
        exchange.matching.orders
          .filter(({ visibleAtMs }) => visibleAtMs > exchange.nowMs())
          .map((order) => order.orderId),
      );
      const trades = exchange.matching.trades.filter(
        (trade) =>
          trade.symbol === symbol &&
          !hidden.has(trade.orderId) &&
          (orderId === undefined || trade.orderId === orderId),
      );
      return page(trades, ({ id, time }) => ({ id, time })).map(tradeView);
    },
  },
  'GET /api/v3/account': {
    weight: () => 20,
    access: 'read',
    run(exchange, parameters) {
      const omitZero = parameters.optional('omitZeroBalances') === 'true';
      parameters.end();
      const { rate } = exchange.commission();
      return {
        makerCommission: 10,
        takerCommission: 10,
        buyerCommission: 0,
        sellerCommission: 0,
        commissionRates: { maker: rate, taker: rate, buyer: '0.00000000', seller: '0.00000000' },
        canTrade: true,
        canWithdraw: false,
        canDeposit: true,
        brokered: false,
        requireSelfTradePrevention: false,
        preventSor: false,
        updateTime: exchange.nowMs(),
        accountType: 'SPOT',
        balances: [...exchange.ledger.holdings]
          .filter(([, { free, locked }]) => !omitZero || free.plus(locked).gt('0'))
          .map(([asset, { free, locked }]) => ({
            asset,
            free: free.toFixed(8),
            locked: locked.toFixed(8),
          })),
        permissions: ['SPOT'],
        uid: 1,
      };
    },
  },
};

function dayView({ matching, nowMs }: Exchange, symbol: string): object {
  const price = matching.priceOf(symbol).toFixed(8);
  return {
    symbol,
    priceChange: '0.00000000',
    priceChangePercent: '0.000',
    weightedAvgPrice: price,
    prevClosePrice: price,
    lastPrice: price,
    lastQty: '1.00000000',
    bidPrice: price,
    bidQty: '1.00000000',
    askPrice: price,
    askQty: '1.00000000',
    openPrice: price,
    highPrice: price,
    lowPrice: price,
    volume: '1.00000000',
    quoteVolume: price,
    openTime: nowMs() - 86_400_000,
    closeTime: nowMs(),
    firstId: 1,
    lastId: 1,
    count: 1,
  };
}

function cancelledView(order: DoubleOrder, cancelId: string): object {
  return {
    ...orderFacts(order),
    origClientOrderId: order.clientOrderId,
    clientOrderId: cancelId,
    transactTime: order.updateTime,
  };
}
