import { toMs, type JournalEventOf } from '@heliograph/contracts';
import { insertion, journalOrigin, signalColumns, timeOf } from '../store/changes.ts';

// The rows that events of a journal leave beside those of orders.

export const portfolios = insertion<JournalEventOf<'portfolio_opened'>>('portfolios', {
  ...journalOrigin,
  mode: ({ data }) => data.mode,
  tape: ({ data }) => data.tape,
  currency: ({ data }) => data.currency,
  settings: ({ data }) => JSON.stringify(data.settings),
  opened_time: timeOf,
  cash: ({ data }) => data.settings.cash,
  decisions_version: ({ data }) => data.decisionsVersion ?? 1,
});

export const skips = insertion<JournalEventOf<'signal_skipped'>>('skips', {
  ...journalOrigin,
  ...signalColumns,
  reason: ({ data }) => data.reason,
  detail: ({ data }) => data.detail,
  market_sequence: ({ data }) => data.marketSequence ?? null,
});

export const positions = insertion<JournalEventOf<'position_changed'>>(
  'positions',
  {
    ...journalOrigin,
    venue: ({ data }) => data.venue,
    symbol: ({ data }) => data.symbol,
    side: ({ data }) => data.side,
    quantity: ({ data }) => data.quantity,
    average_entry_price: ({ data }) => data.averageEntryPrice,
    realised_pnl: ({ data }) => data.realisedPnl,
    order_id: ({ data }) => data.orderId,
    time: timeOf,
  },
  'replace',
);

export const trades = insertion<JournalEventOf<'trade_closed'>>('trades', {
  ...journalOrigin,
  trade_id: ({ data }) => data.tradeId,
  strategy: ({ data }) => data.strategy,
  venue: ({ data }) => data.venue,
  symbol: ({ data }) => data.symbol,
  side: ({ data }) => data.side,
  quantity: ({ data }) => data.quantity,
  entry_time: ({ data }) => toMs(data.entryTime),
  entry_price: ({ data }) => data.entryPrice,
  exit_time: ({ data }) => toMs(data.exitTime),
  exit_price: ({ data }) => data.exitPrice,
  fees: ({ data }) => data.fees,
  pnl: ({ data }) => data.pnl,
  return_ratio: ({ data }) => data.returnRatio,
  exit_reason: ({ data }) => data.exitReason,
  entry_signal_id: ({ data }) => data.entrySignalId,
  exit_signal_id: ({ data }) => data.exitSignalId,
});

export const equity = insertion<JournalEventOf<'portfolio_valued'>>('equity', {
  ...journalOrigin,
  time: timeOf,
  cash: ({ data }) => data.cash,
  equity: ({ data }) => data.equity,
  exposure: ({ data }) => data.exposure,
  peak_equity: ({ data }) => data.peakEquity,
  day_start_equity: ({ data }) => data.dayStartEquity,
  day_start: ({ data }) => toMs(data.dayStart),
  positions: ({ data }) => JSON.stringify(data.positions),
});

export const incidents = insertion<JournalEventOf<'incident_reported'>>('incidents', {
  ...journalOrigin,
  time: timeOf,
  kind: ({ data }) => data.kind,
  severity: ({ data }) => data.severity,
  detail: ({ data }) => data.detail,
  venue: ({ data }) => data.venue ?? null,
  symbol: ({ data }) => data.symbol ?? null,
  order_id: ({ data }) => data.orderId ?? null,
});

export const tradingStates = insertion<JournalEventOf<'trading_state_changed'>>('trading_states', {
  ...journalOrigin,
  time: timeOf,
  from_state: ({ data }) => data.from,
  to_state: ({ data }) => data.to,
  reason: ({ data }) => data.reason,
  author: ({ data }) => data.author,
  revision: ({ data }) => data.revision ?? null,
});

export const instruments = insertion<JournalEventOf<'instrument_changed'>>(
  'instruments',
  {
    ...journalOrigin,
    venue: ({ data }) => data.venue,
    symbol: ({ data }) => data.symbol,
    time: timeOf,
    status: ({ data }) => data.status,
    tick_size: ({ data }) => data.rules.tickSize ?? null,
    lot_size: ({ data }) => data.rules.lotSize ?? null,
    min_quantity: ({ data }) => data.rules.minQuantity ?? null,
    max_quantity: ({ data }) => data.rules.maxQuantity ?? null,
    min_notional: ({ data }) => data.rules.minNotional ?? null,
  },
  'replace',
);
