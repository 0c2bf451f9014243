import {
  Big,
  decimalOf,
  deterministicId,
  NonNegativeDecimal,
  PositiveDecimal,
  quotient,
  signOf,
  toDecimal,
  toNonNegative,
  toPositive,
  toTime,
} from '@heliograph/contracts';
import type { Report } from '../brokers/broker.ts';
import { anomalies } from './anomalies.ts';
import { draft, type Draft, type DraftContext } from './state/draft.ts';
import { afterFill } from './state/evolve-fills.ts';
import { accepted, cancelled, contextOf, orderFacts, rejected } from './state/order-events.ts';
import { statusAfter, type Ending, type Order, type OrderFact } from './state/order.ts';
import type { Portfolio } from './state/portfolio.ts';
import {
  averageEntryPrice,
  enters,
  entryPriceOf,
  realisedPnl,
  type Fill,
  type Position,
} from './state/position.ts';

const zero = new Big('0');

/**
 * What a venue's report means for the portfolio: the events to journal, none when it tells nothing new.
 */
export function settle(portfolio: Portfolio, report: Report): Draft[] {
  const order = portfolio.orders.get(report.orderId) ?? portfolio.endedOrders.get(report.orderId);
  if (!order || !statusAfter(order.status, factOf(report))) return [];
  switch (report.type) {
    case 'accepted':
      return [accepted(portfolio, order, report)];
    case 'rejected':
      return [rejected(portfolio, order, report)];
    case 'cancelled':
      return [cancelled(portfolio, order, endingOf(order, report))];
    case 'filled':
      return order.fillIds.includes(report.fillId) ? [] : filled(portfolio, order, report);
  }
}

/** Where all that the venue knows is that it was taken back, the journal knows why: another worker may have asked. */
function endingOf(
  { cancellation }: Order,
  { timeMs, reason, detail }: Extract<Report, { type: 'cancelled' }>,
): Ending {
  return reason === 'CANCEL_REQUESTED' && cancellation
    ? { ...cancellation, timeMs }
    : { timeMs, reason, detail };
}

function factOf(report: Report): OrderFact {
  if (report.type !== 'filled') return report.type;
  return report.complete ? 'whole' : 'part';
}

function filled(
  portfolio: Portfolio,
  order: Order,
  report: Extract<Report, { type: 'filled' }>,
): Draft[] {
  const fill: Fill = {
    side: order.side,
    quantity: decimalOf(report.quantity),
    price: decimalOf(report.price),
    fee: decimalOf(report.fee),
  };
  // Fill ids are the venue's own affair: two orders may share one.
  const key = `${order.id} ${report.fillId}`;
  const context = { ...contextOf(portfolio, order, report.timeMs), key };
  const { cash, position, closed } = afterFill(portfolio, order, fill, {
    timeMs: report.timeMs,
    isLast: report.complete,
  });
  const filledQuantity = order.filledQuantity.plus(fill.quantity);
  const change = { order, fill, cash, context };
  const isReversed = closed !== undefined && position !== undefined;
  return [
    draft('order_filled', context, {
      ...orderFacts(order),
      fillId: report.fillId,
      quantity: PositiveDecimal.parse(report.quantity),
      price: PositiveDecimal.parse(report.price),
      fee: NonNegativeDecimal.parse(report.fee),
      liquidity: report.liquidity,
      filledQuantity: toPositive(filledQuantity),
      complete: report.complete,
      slippageBps: slippageBps(order, fill.price),
    }),
    ...(closed ? [positionChanged(closed, change), tradeClosed(closed, change)] : []),
    ...(position
      ? [
          positionChanged(
            position,
            isReversed
              ? { ...change, context: { ...context, key: `${context.key} beyond` } }
              : change,
          ),
        ]
      : []),
    ...anomalies(order, {
      fact: factOf(report),
      filledQuantity,
      position,
      context,
      decisionsVersion: portfolio.decisionsVersion,
    }),
  ];
}

interface PositionChange {
  readonly order: Order;
  readonly fill: Fill;
  /** After it. */
  readonly cash: Big;
  readonly context: DraftContext;
}

function positionChanged(
  position: Position,
  { order, fill, cash, context }: PositionChange,
): Draft {
  const isFlat = signOf(position.quantity) === 0;
  return draft('position_changed', context, {
    venue: order.venue,
    symbol: order.symbol,
    side: isFlat ? 'flat' : position.side,
    quantity: toNonNegative(position.quantity),
    averageEntryPrice: toNonNegative(isFlat ? zero : averageAfter(position, fill)),
    realisedPnl: toDecimal(realisedPnl(position)),
    cash: toDecimal(cash),
    orderId: order.id,
  });
}

function tradeClosed(position: Position, { order, fill, context }: PositionChange): Draft {
  const pnl = realisedPnl(position);
  return draft('trade_closed', context, {
    tradeId: deterministicId('trade', context.portfolio, position.entrySignalId, context.key),
    strategy: position.strategy,
    venue: position.venue,
    symbol: position.symbol,
    side: position.side,
    quantity: toPositive(position.leftQuantity),
    entryTime: toTime(position.entryTimeMs),
    entryPrice: toPositive(entryPriceOf(position)),
    exitTime: toTime(context.timeMs),
    exitPrice: toPositive(exitPriceAfter(position, fill)),
    fees: toNonNegative(position.fees),
    pnl: toDecimal(pnl),
    returnRatio: Number(quotient(pnl, position.enteredNotional, 12).toFixed(12)),
    exitReason: exitReasonOf(order),
    entrySignalId: position.entrySignalId,
    exitSignalId: order.signalId,
  });
}

/** A division would find digit by digit what is known where one fill has opened the position. */
function averageAfter(position: Position, fill: Fill): Big {
  const isFirst = enters(position, fill.side) && position.enteredQuantity.eq(fill.quantity);
  return isFirst && isDivisible(fill.price) ? fill.price : averageEntryPrice(position);
}

/** The same where one fill has closed it. */
function exitPriceAfter({ leftQuantity, leftNotional }: Position, fill: Fill): Big {
  const isOnly = leftQuantity.eq(fill.quantity);
  return isOnly && isDivisible(fill.price) ? fill.price : leftNotional.div(leftQuantity);
}

/** Whether a quotient has room for all its digits. */
function isDivisible({ c: digits, e: exponent }: Big): boolean {
  return digits.length - 1 - exponent <= Big.DP;
}

/** `manual` where a person has closed it. */
function exitReasonOf({ role, strategy, isWriteOff }: Order): string {
  if (isWriteOff) return 'write_off';
  if (role !== 'entry' && role !== 'exit') return role;
  return strategy === manualStrategy ? 'manual' : 'signal';
}

/** What a person asks for comes as signals of this strategy. */
export const manualStrategy = 'manual';

/** Basis points that the fill was worse than the price which the decision saw. */
function slippageBps({ side, referencePrice }: Order, price: Big): number {
  const worse = side === 'buy' ? price.minus(referencePrice) : referencePrice.minus(price);
  // Written down, there is no -0.
  return Number(quotient(worse.times('10000'), referencePrice, 4).toFixed(4)) + 0;
}
