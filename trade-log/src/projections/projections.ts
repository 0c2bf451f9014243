import {
  liveTape,
  toMs,
  type CandleClosed,
  type HeliographEvent,
  type MessageDeadLettered,
  type TradeSignal,
} from '@heliograph/contracts';
import { insertion, origin, timeOf, type Change, type Place } from '../store/changes.ts';
import { projectOrder } from './order-projections.ts';
import {
  equity,
  incidents,
  instruments,
  portfolios,
  positions,
  skips,
  trades,
  tradingStates,
} from './portfolio-projections.ts';

/** The tables of one journal each: their rows belong to a stream and a portfolio. */
export const journalTables = [
  'portfolios',
  'skips',
  'orders',
  'foreign_orders',
  'cancels',
  'fills',
  'positions',
  'trades',
  'equity',
  'incidents',
  'trading_states',
  'instruments',
] as const;

/** The tables of all streams together: of the events with one key, the one kept in the first place counts. */
export const commonTables = ['candles', 'signals', 'dead_letters'] as const;

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
    time: timeOf,
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

const deadLetters = insertion<MessageDeadLettered>(
  'dead_letters',
  {
    ...origin,
    id: ({ id }) => id,
    time: timeOf,
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
const reconfigured =
  'UPDATE portfolios SET settings = ?, decisions_version = ? WHERE stream_id = ? AND portfolio = ?';
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
    case 'portfolio_reconfigured': {
      const { settings, decisionsVersion } = event.data;
      return [[reconfigured, [JSON.stringify(settings), decisionsVersion, ...run]]];
    }
    case 'signal_skipped':
      return [skips(event, place)];
    case 'order_intended':
    case 'order_accepted':
    case 'order_triggered':
    case 'order_filled':
    case 'order_rejected':
    case 'order_cancel_intended':
    case 'order_cancelled':
    case 'order_unknown':
    case 'order_adopted':
      return projectOrder(event, place);
    case 'position_changed':
      return [positions(event, place), [cash, [event.data.cash, ...run]]];
    case 'trade_closed':
      return [trades(event, place)];
    case 'portfolio_valued':
      return [equity(event, place)];
    case 'incident_reported':
      return [incidents(event, place)];
    case 'trading_state_changed':
      return [tradingStates(event, place)];
    case 'instrument_changed':
      return [instruments(event, place)];
    case 'portfolio_marked': {
      const { candles: count, cash: finalCash, equity: finalEquity, positions: open } = event.data;
      const end = [toMs(event.time), count, finalCash, finalEquity, JSON.stringify(open)];
      return [[marked, [...end, ...run]]];
    }
    // Trades of the market come by the thousand: the events themselves are enough, as they are for commands and alerts.
    case 'command_given':
    case 'strategy_failed':
    case 'market_disturbed':
    case 'trade_printed':
    case 'tape_ended':
    case 'reconciliation_reported':
      return [];
  }
}
