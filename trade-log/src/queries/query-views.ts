import { Intent, Mode, OrderId, toTime, type QueryResult } from '@heliograph/contracts';
import type { OrderRow, PortfolioRow, PositionRow, SignalRow, TradeRow } from './rows.ts';

// Rows as they are answered: times in RFC 3339.

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : toTime(ms);
}

export function portfolioView(row: PortfolioRow): QueryResult<'portfolios'>['portfolios'][number] {
  const { portfolio, mode, tape, currency, openedTime, cash, end } = row;
  return {
    portfolio,
    mode: Mode.parse(mode),
    tape,
    currency,
    openedTime: toTime(openedTime),
    endedTime: timeOrNull(end?.time ?? null),
    cash,
  };
}

export function positionView(row: PositionRow): QueryResult<'positions'>['positions'][number] {
  return { ...row, time: toTime(row.time) };
}

export function orderView(row: OrderRow): QueryResult<'orders'>['orders'][number] {
  const { time, statusTime, cancelTime } = row;
  return {
    ...row,
    orderId: OrderId.parse(row.orderId),
    intent: Intent.parse(row.intent),
    time: toTime(time),
    statusTime: toTime(statusTime),
    cancelTime: timeOrNull(cancelTime),
  };
}

export function tradeView(row: TradeRow): QueryResult<'trades'>['trades'][number] {
  return { ...row, entryTime: toTime(row.entryTime), exitTime: toTime(row.exitTime) };
}

export function signalView(row: SignalRow): QueryResult<'signals'>['signals'][number] {
  const { tape: _, portfolio: __, time, expiryTime, mode, intent, orderId, ...rest } = row;
  return {
    ...rest,
    time: toTime(time),
    expiryTime: toTime(expiryTime),
    mode: Mode.parse(mode),
    intent: Intent.parse(intent),
    orderId: orderId === null ? null : OrderId.parse(orderId),
  };
}
