import { Big } from '@heliograph/contracts';
import { ApiError, rejected } from './api-error.ts';
import type { Ledger } from './ledger.ts';
import {
  executionReport,
  isOpen,
  type DoubleOrder,
  type DoubleTrade,
  type NewOrder,
} from './orders.ts';
import { checkFilters, type SymbolRules } from './symbols.ts';

const zero = new Big('0');

/** How much is charged, and in what: the currency that is received, as Binance does it, or BNB while there is some. */
export interface Commission {
  readonly rate: string;
  readonly paidIn: 'received' | 'BNB';
}

/**
 * A market that has one price, which the test moves. Who takes is filled at it, as far as the depth reaches; who rests is
 * filled at its own limit once the price has reached it.
 */
export interface Matching {
  readonly orders: readonly DoubleOrder[];
  readonly trades: readonly DoubleTrade[];
  priceOf(symbol: string): Big;
  setPrice(symbol: string, price: string): void;
  /** Somebody trades so much at that price: what rests there shares it, oldest first. */
  trade(symbol: string, price: string, quantity: string): void;
  /** How much the next takers find, all of them together; undefined is no end of it. */
  setDepth(symbol: string, quantity: string | undefined): void;
  place(order: NewOrder, rules: SymbolRules, options: { visibleAtMs: number }): DoubleOrder;
  /** Checks all that `place` checks and does nothing. */
  check(order: NewOrder, rules: SymbolRules): void;
  cancel(order: DoubleOrder, cancelId: string): void;
}

export function createMatching({
  ledger,
  commission,
  nowMs,
  rulesOf,
  emit,
}: {
  ledger: Ledger;
  commission: () => Commission;
  nowMs: () => number;
  rulesOf: (symbol: string) => SymbolRules;
  /** Receives each execution report, then is told that balances have changed. */
  emit: (report: object, assets: readonly string[]) => void;
}): Matching {
  const orders: DoubleOrder[] = [];
  const trades: DoubleTrade[] = [];
  const prices = new Map<string, Big>();
  const depths = new Map<string, Big>();

  const priceOf = (symbol: string): Big => {
    const price = prices.get(symbol);
    if (!price) throw new ApiError(-1112, 'No orders on book for symbol.');
    return price;
  };
  const lockedAsset = ({ side, symbol }: NewOrder): string =>
    side === 'BUY' ? rulesOf(symbol).quote : rulesOf(symbol).base;
  const unitLock = (order: NewOrder): Big =>
    order.side === 'SELL'
      ? new Big('1')
      : (order.price ?? order.stopPrice ?? priceOf(order.symbol));
  const report = (order: DoubleOrder, what: Parameters<typeof executionReport>[1]): void => {
    const { base, quote } = rulesOf(order.symbol);
    emit(executionReport(order, what), [base, quote, what.trade?.commissionAsset ?? base]);
  };

  const end = (order: DoubleOrder, status: 'CANCELED' | 'EXPIRED', cancelId?: string): void => {
    order.status = status;
    order.updateTime = nowMs();
    ledger.unlock(lockedAsset(order), order.locked);
    order.locked = zero;
    report(order, { type: status, ...(cancelId !== undefined && { cancelId }) });
  };

  const fill = (order: DoubleOrder, quantity: Big, price: Big, maker: boolean): void => {
    const { base, quote } = rulesOf(order.symbol);
    const exchanged = price.times(quantity);
    const released = order.executed.plus(quantity).eq(order.quantity)
      ? order.locked
      : quantity.times(unitLock(order));
    ledger.unlock(lockedAsset(order), released);
    order.locked = order.locked.minus(released);
    const buyer = order.side === 'BUY';
    ledger.take(buyer ? quote : base, buyer ? exchanged : quantity);
    ledger.add(buyer ? base : quote, buyer ? quantity : exchanged);
    const charged = charge(
      buyer
        ? { asset: base, amount: quantity, notional: exchanged }
        : { asset: quote, amount: exchanged, notional: exchanged },
    );
    order.executed = order.executed.plus(quantity);
    order.exchanged = order.exchanged.plus(exchanged);
    order.updateTime = nowMs();
    order.status = order.executed.eq(order.quantity) ? 'FILLED' : 'PARTIALLY_FILLED';
    const trade: DoubleTrade = {
      id: trades.length + 1,
      orderId: order.orderId,
      symbol: order.symbol,
      price,
      quantity,
      commission: charged.amount,
      commissionAsset: charged.asset,
      time: order.updateTime,
      buyer,
      maker,
    };
    order.trades.push(trade);
    trades.push(trade);
    report(order, { type: 'TRADE', trade });
  };

  const charge = (received: { asset: string; amount: Big; notional: Big }) => {
    const { rate, paidIn } = commission();
    const bnbPrice = prices.get('BNBUSDT');
    const inBnb = bnbPrice && received.notional.times(rate).div(bnbPrice).round(8);
    const useBnb = paidIn === 'BNB' && inBnb && ledger.freeOf('BNB').gte(inBnb);
    const asset = useBnb ? 'BNB' : received.asset;
    const amount = useBnb ? inBnb : received.amount.times(rate).round(8);
    ledger.take(asset, amount);
    return { asset, amount };
  };

  const depthOf = (symbol: string, wanted: Big): Big => {
    const depth = depths.get(symbol);
    return depth?.lt(wanted) ? depth : wanted;
  };

  /** Takes what there is; what happens to the rest depends on the kind of order. */
  const take = (order: DoubleOrder): void => {
    const price = priceOf(order.symbol);
    const crosses = !order.price || isReached(order, price);
    const available = crosses ? depthOf(order.symbol, order.quantity) : zero;
    const quantity = order.timeInForce === 'FOK' && available.lt(order.quantity) ? zero : available;
    if (quantity.gt(zero)) {
      const depth = depths.get(order.symbol);
      if (depth) depths.set(order.symbol, depth.minus(quantity));
      fill(order, quantity, price, false);
    }
    const rests = order.price && order.timeInForce === 'GTC';
    if (isOpen(order) && !rests) end(order, 'EXPIRED');
  };

  const trigger = (order: DoubleOrder): void => {
    order.dormant = false;
    // What a triggered buy needs beyond what it holds back, it must find free.
    const missing = order.price
      ? zero
      : order.quantity.times(priceOf(order.symbol)).minus(order.locked);
    if (order.side === 'BUY' && missing.gt(ledger.freeOf(lockedAsset(order))))
      return end(order, 'EXPIRED');
    take(order);
  };

  const working = (symbol: string): DoubleOrder[] =>
    orders.filter((order) => order.symbol === symbol && isOpen(order));

  const setPrice = (symbol: string, price: Big, quantity?: Big): void => {
    prices.set(symbol, price);
    const resting = working(symbol).filter((order) => !order.dormant && isReached(order, price));
    let left = quantity;
    for (const order of resting) {
      const open = order.quantity.minus(order.executed);
      const filled = left?.lt(open) ? left : open;
      if (filled.lte(zero)) break;
      left = left?.minus(filled);
      if (order.price) fill(order, filled, order.price, true);
    }
    for (const order of working(symbol)) {
      if (!order.dormant || !order.stopPrice) continue;
      const up = order.side === 'BUY';
      if (up ? price.gte(order.stopPrice) : price.lte(order.stopPrice)) trigger(order);
    }
  };

  const check = (order: NewOrder, rules: SymbolRules): void => {
    if (rules.status !== 'TRADING') throw new ApiError(-1013, 'Market is closed.');
    const last = priceOf(order.symbol);
    checkFilters(rules, {
      quantity: order.quantity,
      market: order.type === 'MARKET',
      notionalPrice: order.price ?? order.stopPrice ?? last,
      prices: [order.price, order.stopPrice].filter((price) => price !== undefined),
    });
    const same = ({ clientOrderId, symbol }: DoubleOrder): boolean =>
      clientOrderId === order.clientOrderId && symbol === order.symbol;
    if (orders.some((other) => isOpen(other) && same(other)))
      throw rejected('Duplicate order sent.');
    const up = order.side === 'BUY';
    if (order.stopPrice && (up ? order.stopPrice.lte(last) : order.stopPrice.gte(last)))
      throw rejected('Stop price would trigger immediately.');
    if (
      order.type === 'LIMIT_MAKER' &&
      order.price &&
      (up ? order.price.gte(last) : order.price.lte(last))
    )
      throw rejected('Order would immediately match and take.');
    if (order.quantity.times(unitLock(order)).gt(ledger.freeOf(lockedAsset(order))))
      throw rejected('Account has insufficient balance for requested action.');
  };

  return {
    orders,
    trades,
    priceOf,
    setPrice: (symbol, price) => setPrice(symbol, new Big(price)),
    trade: (symbol, price, quantity) => setPrice(symbol, new Big(price), new Big(quantity)),
    setDepth: (symbol, quantity) =>
      void (quantity === undefined ? depths.delete(symbol) : depths.set(symbol, new Big(quantity))),
    check,
    place(request, rules, { visibleAtMs }) {
      check(request, rules);
      const time = nowMs();
      const locked = request.quantity.times(unitLock(request));
      ledger.lock(lockedAsset(request), locked);
      const order: DoubleOrder = {
        ...request,
        orderId: 1_000_001 + orders.length,
        time,
        visibleAtMs,
        trades: [],
        status: 'NEW',
        updateTime: time,
        executed: zero,
        exchanged: zero,
        locked,
        dormant: request.stopPrice !== undefined,
      };
      orders.push(order);
      report(order, { type: 'NEW' });
      if (!order.dormant) take(order);
      return order;
    },
    cancel: (order, cancelId) => end(order, 'CANCELED', cancelId),
  };
}

function isReached({ side, price }: DoubleOrder, marketPrice: Big): boolean {
  if (!price) return false;
  return side === 'BUY' ? price.gte(marketPrice) : price.lte(marketPrice);
}
