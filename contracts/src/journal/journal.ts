import { z } from 'zod';
import {
  OrderAccepted,
  OrderAdopted,
  OrderCancelIntended,
  OrderCancelled,
  OrderFilled,
  OrderIntended,
  OrderRejected,
  OrderTriggered,
  OrderUnknown,
} from './order-events.ts';
import {
  PortfolioMarked,
  PortfolioOpened,
  PortfolioReconfigured,
  PortfolioValued,
} from './portfolio-events.ts';
import { PositionChanged, TradeClosed } from './position-events.ts';
import { SignalSkipped } from './signal-events.ts';
import { TradingStateChanged } from './trading-state-events.ts';
import { IncidentReported, InstrumentChanged, ReconciliationReported } from './venue-events.ts';

/** Execution's journal, on `trading.<portfolio>.<type>`. */
export const JournalEvent = z.discriminatedUnion('type', [
  PortfolioOpened,
  SignalSkipped,
  OrderIntended,
  OrderAccepted,
  OrderFilled,
  OrderRejected,
  OrderCancelled,
  OrderUnknown,
  PositionChanged,
  TradeClosed,
  TradingStateChanged,
  ReconciliationReported,
  PortfolioMarked,
  OrderCancelIntended,
  OrderTriggered,
  OrderAdopted,
  PortfolioValued,
  InstrumentChanged,
  IncidentReported,
  PortfolioReconfigured,
]);
export type JournalEvent = z.infer<typeof JournalEvent>;
export type JournalEventType = JournalEvent['type'];
export type JournalEventOf<T extends JournalEventType> = Extract<JournalEvent, { type: T }>;

/** The schema of each of its events. */
export const journalSchemas = {
  portfolio_opened: PortfolioOpened,
  signal_skipped: SignalSkipped,
  order_intended: OrderIntended,
  order_accepted: OrderAccepted,
  order_filled: OrderFilled,
  order_rejected: OrderRejected,
  order_cancelled: OrderCancelled,
  order_unknown: OrderUnknown,
  position_changed: PositionChanged,
  trade_closed: TradeClosed,
  trading_state_changed: TradingStateChanged,
  reconciliation_reported: ReconciliationReported,
  portfolio_marked: PortfolioMarked,
  order_cancel_intended: OrderCancelIntended,
  order_triggered: OrderTriggered,
  order_adopted: OrderAdopted,
  portfolio_valued: PortfolioValued,
  instrument_changed: InstrumentChanged,
  incident_reported: IncidentReported,
  portfolio_reconfigured: PortfolioReconfigured,
} satisfies { [T in JournalEventType]: z.ZodType<JournalEventOf<T>> };
