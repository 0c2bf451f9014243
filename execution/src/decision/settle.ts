import {
  Big,
  deterministicId,
  NonNegativeDecimal,
  PositiveDecimal,
  toDecimal,
  toTime,
  type ReasonCode,
} from '@heliograph/contracts';
import type { Report } from '../brokers/broker.ts';
import { draft, type Draft, type DraftContext } from './draft.ts';
import { statusAfter, type Order } from './order.ts';
import { afterFill, type Portfolio } from './portfolio.ts';
import { averageEntryPrice, realisedPnl, type Position } from './position.ts';

const maxDetail = 512;

/**
 * What a venue's report means for the portfolio: the events to journal, none when it tells nothing new.
 */
export function settle(portfolio: Portfolio, report: Report): Draft[] {
  const order = portfolio.orders.get(report.orderId) ?? portfolio.endedOrders.get(report.orderId);
  if (!order || !statusAfter(order.status, `order_${report.type}`)) return [];
  const facts = orderFacts(order);
  const context = contextOf(portfolio, order, report.timeMs);
  switch (report.type) {
    case 'accepted':
      return [draft('order_accepted', context, { ...facts, venueOrderId: report.venueOrderId })];
    case 'rejected':
      return [
        draft('order_rejected', context, {
          ...facts,
          reason: report.reason,
          detail: shortened(report.detail),
        }),
      ];
    case 'cancelled':
      return [cancelled(portfolio, order, report)];
    case 'filled':
      return order.fillIds.includes(report.fillId) ? [] : filled(portfolio, order, report);
  }
}

function cancelled(
  portfolio: Portfolio,
  order: Order,
  { timeMs, reason, detail }: { timeMs: number; reason: ReasonCode; detail: string },
): Draft {
  return draft('order_cancelled', contextOf(portfolio, order, timeMs), {
    ...orderFacts(order),
    reason,
    detail: shortened(detail),
    filledQuantity: NonNegativeDecimal.parse(order.filledQuantity.toFixed()),
  });
}

/** The venue's answer is missing. */
export function outcomeUnknown(
  portfolio: Portfolio,
  order: Order,
  { timeMs, detail }: { timeMs: number; detail: string },
): Draft {
  return draft('order_unknown', contextOf(portfolio, order, timeMs), {
    ...orderFacts(order),
    detail: shortened(detail),
  });
}

function filled(
  portfolio: Portfolio,
  order: Order,
  report: Extract<Report, { type: 'filled' }>,
): Draft[] {
  const fill = {
    side: order.side,
    quantity: new Big(report.quantity),
    price: new Big(report.price),
    fee: new Big(report.fee),
  };
  const context = { ...contextOf(portfolio, order, report.timeMs), key: report.fillId };
  const { cash, position } = afterFill(portfolio, order, fill, report.timeMs);
  const flat = position.quantity.eq('0');
  return [
    draft('order_filled', context, {
      ...orderFacts(order),
      fillId: report.fillId,
      quantity: PositiveDecimal.parse(report.quantity),
      price: PositiveDecimal.parse(report.price),
      fee: NonNegativeDecimal.parse(report.fee),
      liquidity: report.liquidity,
      filledQuantity: PositiveDecimal.parse(order.filledQuantity.plus(fill.quantity).toFixed()),
      complete: report.complete,
      slippageBps: slippageBps(order, fill.price),
    }),
    draft('position_changed', context, {
      venue: order.venue,
      symbol: order.symbol,
      side: flat ? 'flat' : 'long',
      quantity: NonNegativeDecimal.parse(position.quantity.toFixed()),
      averageEntryPrice: NonNegativeDecimal.parse(
        flat ? '0' : averageEntryPrice(position).toFixed(),
      ),
      realisedPnl: toDecimal(realisedPnl(position)),
      cash: toDecimal(cash),
      orderId: order.id,
    }),
    ...(flat ? [tradeClosed(position, order, context)] : []),
  ];
}

function tradeClosed(position: Position, order: Order, context: DraftContext): Draft {
  const pnl = realisedPnl(position);
  return draft('trade_closed', context, {
    tradeId: deterministicId('trade', context.portfolio, position.entrySignalId, context.key),
    strategy: position.strategy,
    venue: position.venue,
    symbol: position.symbol,
    side: 'long',
    quantity: PositiveDecimal.parse(position.soldQuantity.toFixed()),
    entryTime: toTime(position.entryTimeMs),
    entryPrice: PositiveDecimal.parse(averageEntryPrice(position).toFixed()),
    exitTime: toTime(context.timeMs),
    exitPrice: PositiveDecimal.parse(position.soldNotional.div(position.soldQuantity).toFixed()),
    fees: NonNegativeDecimal.parse(position.fees.toFixed()),
    pnl: toDecimal(pnl),
    returnRatio: Number(pnl.div(position.boughtNotional).toFixed(12)),
    exitReason: 'signal',
    entrySignalId: position.entrySignalId,
    exitSignalId: order.signalId,
  });
}

/** Basis points that the fill was worse than the price which the decision saw. */
function slippageBps({ side, referencePrice }: Order, price: Big): number {
  const worse = side === 'buy' ? price.minus(referencePrice) : referencePrice.minus(price);
  return Number(worse.times('10000').div(referencePrice).toFixed(4));
}

/** As long as the journal takes it. */
function shortened(detail: string): string {
  return detail.length > maxDetail ? `${detail.slice(0, maxDetail - 1)}…` : detail;
}

function orderFacts({ id, venue, symbol, side }: Order) {
  return { orderId: id, venue, symbol, side };
}

function contextOf(portfolio: Portfolio, order: Order, timeMs: number): DraftContext {
  return {
    portfolio: portfolio.name,
    key: order.id,
    timeMs,
    subject: order.symbol,
    correlationId: order.correlationId,
    causationId: order.signalId,
  };
}
