import {
  liveTape,
  toMs,
  type CandleClosed,
  type HeliographEvent,
  type JournalEventOf,
  type MessageDeadLettered,
  type TradeSignal,
} from '@heliograph/contracts';

/** Where an event is kept. `portfolio` is that of the journal it belongs to. */
export interface Place {
  readonly streamId: number;
  readonly sequence: number;
  readonly portfolio: string | null;
}

type Value = string | number | null;

/** One statement, always the same text for the same table, and what to bind. */
export type Change = readonly [sql: string, values: readonly Value[]];

/** The tables of one journal each: their rows belong to a stream and a portfolio. */
export const journalTables = [
  'portfolios',
  'skips',
  'orders',
  'fills',
  'positions',
  'trades',
] as const;

/** The tables of all streams together: of the events with one key, the one kept in the first place counts. */
export const commonTables = ['candles', 'signals', 'dead_letters'] as const;

type Columns<E> = Readonly<Record<string, (event: E, place: Place) => Value>>;

const origin = {
  stream_id: (_: unknown, { streamId }: Place) => streamId,
  sequence: (_: unknown, { sequence }: Place) => sequence,
};
const journalOrigin = { ...origin, portfolio: (_: unknown, { portfolio }: Place) => portfolio };

/** What becomes of a row when another event has its key. */
type OnConflict = 'keep' | 'keep-earlier' | 'replace';

/** A row for each event. */
function insertion<E>(table: string, columns: Columns<E>, onConflict: OnConflict = 'keep') {
  const names = Object.keys(columns);
  const values = Object.values(columns);
  const marks = names.map(() => '?').join(', ');
  const replace = `DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`;
  const clauses = {
    keep: 'DO NOTHING',
    'keep-earlier': `${replace} WHERE (excluded.stream_id, excluded.sequence) < (${table}.stream_id, ${table}.sequence)`,
    replace,
  };
  const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks}) ON CONFLICT ${clauses[onConflict]}`;
  return (event: E, place: Place): Change => [sql, values.map((value) => value(event, place))];
}

const candles = insertion<CandleClosed>(
  'candles',
  {
    ...origin,
    tape: ({ data }) => data.tape.id,
    venue: ({ data }) => data.venue,
    symbol: ({ data }) => data.symbol,
    timeframe: ({ data }) => data.timeframe,
    open_time: ({ data }) => toMs(data.openTime),
    close_time: ({ data }) => toMs(data.closeTime),
    open: ({ data }) => data.open,
    high: ({ data }) => data.high,
    low: ({ data }) => data.low,
    close: ({ data }) => data.close,
    volume: ({ data }) => data.volume,
  },
  'keep-earlier',
);

const signals = insertion<TradeSignal>(
  'signals',
  {
    ...origin,
    id: ({ id }) => id,
    time: ({ time }) => toMs(time),
    expiry_time: ({ expirytime }) => toMs(expirytime),
    tape: ({ data }) => data.tape?.id ?? liveTape,
    tape_sequence: ({ data }) => data.tape?.sequence ?? null,
    correlation_id: ({ correlationid }) => correlationid,
    mode: ({ data }) => data.mode,
    strategy: ({ data }) => data.strategy,
    strategy_version: ({ data }) => data.strategyVersion,
    config_hash: ({ data }) => data.configHash,
    engine_run_id: ({ data }) => data.runId,
    venue: ({ data }) => data.venue,
    symbol: ({ data }) => data.symbol,
    timeframe: ({ data }) => data.timeframe,
    intent: ({ data }) => data.intent,
    side: ({ data }) => data.side,
    target_position: ({ data }) => data.targetPosition,
    reference_price: ({ data }) => data.referencePrice.price,
  },
  'keep-earlier',
);

const portfolios = insertion<JournalEventOf<'portfolio_opened'>>('portfolios', {
  ...journalOrigin,
  mode: ({ data }) => data.mode,
  tape: ({ data }) => data.tape,
  currency: ({ data }) => data.currency,
  settings: ({ data }) => JSON.stringify(data.settings),
  opened_time: ({ time }) => toMs(time),
  cash: ({ data }) => data.settings.cash,
});

const skips = insertion<JournalEventOf<'signal_skipped'>>('skips', {
  ...journalOrigin,
  signal_id: ({ data }) => data.signalId,
  time: ({ time }) => toMs(time),
  strategy: ({ data }) => data.strategy,
  venue: ({ data }) => data.venue,
  symbol: ({ data }) => data.symbol,
  intent: ({ data }) => data.intent,
  side: ({ data }) => data.side,
  reason: ({ data }) => data.reason,
  detail: ({ data }) => data.detail,
});

const orders = insertion<JournalEventOf<'order_intended'>>('orders', {
  ...journalOrigin,
  order_id: ({ data }) => data.orderId,
  signal_id: ({ data }) => data.signalId,
  time: ({ time }) => toMs(time),
  strategy: ({ data }) => data.strategy,
  venue: ({ data }) => data.venue,
  symbol: ({ data }) => data.symbol,
  intent: ({ data }) => data.intent,
  side: ({ data }) => data.side,
  order_type: ({ data }) => data.orderType,
  size: ({ data }) => JSON.stringify(data.size),
  reduce_only: ({ data }) => Number(data.reduceOnly),
  expiry_time: ({ data }) => toMs(data.expiryTime),
  reference_price: ({ data }) => data.referencePrice,
  status: () => 'intended',
  status_time: ({ time }) => toMs(time),
  filled_quantity: () => '0',
});

type OrderEvent = JournalEventOf<
  'order_accepted' | 'order_filled' | 'order_rejected' | 'order_cancelled' | 'order_unknown'
>;

/** Sets columns of the order that the event is about; those that come to null stay as they are. */
function orderUpdate<E extends OrderEvent>(columns: Columns<E>) {
  const values = Object.values(columns);
  const assignments = Object.keys(columns).map((name) => `${name} = coalesce(?, ${name})`);
  const sql = `UPDATE orders SET status_time = ?, ${assignments.join(', ')} WHERE stream_id = ? AND portfolio = ? AND order_id = ?`;
  return (event: E, place: Place): Change => [
    sql,
    [
      toMs(event.time),
      ...values.map((value) => value(event, place)),
      place.streamId,
      place.portfolio,
      event.data.orderId,
    ],
  ];
}

const accepted = orderUpdate<JournalEventOf<'order_accepted'>>({
  status: () => 'accepted',
  venue_order_id: ({ data }) => data.venueOrderId,
});
const filled = orderUpdate<JournalEventOf<'order_filled'>>({
  status: ({ data }) => (data.complete ? 'filled' : 'partially_filled'),
  filled_quantity: ({ data }) => data.filledQuantity,
});
const rejected = orderUpdate<JournalEventOf<'order_rejected'>>({
  status: () => 'rejected',
  reason: ({ data }) => data.reason,
  detail: ({ data }) => data.detail,
});
const cancelled = orderUpdate<JournalEventOf<'order_cancelled'>>({
  status: () => 'cancelled',
  reason: ({ data }) => data.reason,
  detail: ({ data }) => data.detail,
  filled_quantity: ({ data }) => data.filledQuantity,
});
const unknown = orderUpdate<JournalEventOf<'order_unknown'>>({
  status: () => 'unknown',
  detail: ({ data }) => data.detail,
});

const fills = insertion<JournalEventOf<'order_filled'>>('fills', {
  ...journalOrigin,
  order_id: ({ data }) => data.orderId,
  fill_id: ({ data }) => data.fillId,
  time: ({ time }) => toMs(time),
  venue: ({ data }) => data.venue,
  symbol: ({ data }) => data.symbol,
  side: ({ data }) => data.side,
  quantity: ({ data }) => data.quantity,
  price: ({ data }) => data.price,
  fee: ({ data }) => data.fee,
  liquidity: ({ data }) => data.liquidity,
  slippage_bps: ({ data }) => data.slippageBps,
});

const positions = insertion<JournalEventOf<'position_changed'>>(
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
    time: ({ time }) => toMs(time),
  },
  'replace',
);

const trades = insertion<JournalEventOf<'trade_closed'>>('trades', {
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

const deadLetters = insertion<MessageDeadLettered>(
  'dead_letters',
  {
    ...origin,
    id: ({ id }) => id,
    time: ({ time }) => toMs(time),
    consumer: ({ data }) => data.consumer,
    message_stream: ({ data }) => data.stream,
    message_sequence: ({ data }) => data.sequence,
    message_subject: ({ data }) => data.subject,
    error: ({ data }) => data.error,
    deliveries: ({ data }) => data.deliveries,
    body: ({ data }) => data.body,
  },
  'keep-earlier',
);

const cash = 'UPDATE portfolios SET cash = ? WHERE stream_id = ? AND portfolio = ?';
const marked = `UPDATE portfolios SET ended_time = ?, candles = ?, final_cash = ?, final_equity = ?, open_positions = ?
  WHERE stream_id = ? AND portfolio = ?`;

/**
 * What an event changes in the tables that are derived from the events. Those of one journal have to come in their
 * order.
 */
export function project(event: HeliographEvent, place: Place): readonly Change[] {
  const run = [place.streamId, place.portfolio];
  switch (event.type) {
    case 'candle_closed':
      return [candles(event, place)];
    case 'trade_signal':
      return [signals(event, place)];
    case 'message_dead_lettered':
      return [deadLetters(event, place)];
    case 'portfolio_opened':
      return [portfolios(event, place)];
    case 'signal_skipped':
      return [skips(event, place)];
    case 'order_intended':
      return [orders(event, place)];
    case 'order_accepted':
      return [accepted(event, place)];
    case 'order_filled':
      return [fills(event, place), filled(event, place)];
    case 'order_rejected':
      return [rejected(event, place)];
    case 'order_cancelled':
      return [cancelled(event, place)];
    case 'order_unknown':
      return [unknown(event, place)];
    case 'position_changed':
      return [positions(event, place), [cash, [event.data.cash, ...run]]];
    case 'trade_closed':
      return [trades(event, place)];
    case 'portfolio_marked': {
      const { candles: count, cash: finalCash, equity, positions: open } = event.data;
      return [[marked, [toMs(event.time), count, finalCash, equity, JSON.stringify(open), ...run]]];
    }
    case 'tape_ended':
    case 'trading_state_changed':
    case 'reconciliation_reported':
      return [];
  }
}
