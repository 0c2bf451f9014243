import { Big, toMs } from '@heliograph/contracts';
import { broken } from './broken.ts';
import { closeTrade, compare, fill } from './evolve-fills.ts';
import type { Draft, DraftOf } from './draft.ts';
import { changeOrder, giveUp, intend, intendCancel, mayBeSentAgain } from './evolve-orders.ts';
import { heldHere } from './order-events.ts';
import { instrumentKey } from '../../instrument-key.ts';
import { refuseWayOut } from './refused-way-out.ts';
import { neverValued, nothingMissed, type Dispute, type PortfolioState } from './portfolio.ts';
import { decided, missed, remember, seen } from './evolve-signals.ts';
import { dayStartOf } from '../trading-day.ts';

/**
 * The portfolio after an event of its journal. It folds in place, so that a journal of a million events costs a million
 * steps: the former portfolio is used up and must not be read again.
 * @throws PermanentError JOURNAL_BROKEN when the event cannot follow on those before it
 */
export function evolve(state: PortfolioState, event: Draft): PortfolioState {
  switch (event.type) {
    case 'portfolio_opened':
      open(state, event);
      break;
    case 'signal_skipped':
      decided(state, event);
      if (event.data.reason === 'EXPIRED') missed(state, event, { skipped: 1 });
      break;
    case 'order_intended':
      intend(state, event);
      break;
    case 'order_accepted':
      changeOrder(state, event.data.orderId, 'accepted', {
        isHeld: event.data.venueOrderId === heldHere,
      });
      break;
    case 'order_rejected':
      changeOrder(state, event.data.orderId, 'rejected', {}, ending(event));
      refuseWayOut(state, event.data);
      break;
    case 'order_cancelled':
      state.foreignOrders.delete(event.data.orderId);
      if (event.data.reason === 'TAPE_ENDED') state.hasEnded = true;
      if (event.data.reason === 'NOT_SENT') mayBeSentAgain(state, event.data.orderId);
      changeOrder(state, event.data.orderId, 'cancelled', {}, ending(event));
      refuseWayOut(state, event.data);
      break;
    case 'order_unknown':
      changeOrder(state, event.data.orderId, 'unknown');
      break;
    case 'order_triggered':
      changeOrder(state, event.data.orderId, 'triggered', {
        isHeld: false,
        triggeredMs: event.timeMs,
        ...(event.data.quantity && { size: { kind: 'base', quantity: event.data.quantity } }),
      });
      break;
    case 'order_cancel_intended':
      if (event.data.signalId !== undefined)
        remember(state, event.data.signalId, { madeMs: event.timeMs, timeMs: event.timeMs });
      intendCancel(state, event);
      break;
    case 'order_adopted':
      state.foreignOrders.set(event.data.orderId, event.data);
      break;
    case 'order_filled':
      fill(state, event);
      break;
    case 'trade_closed':
      closeTrade(state, event);
      break;
    case 'trading_state_changed':
      changeTradingState(state, event);
      break;
    case 'portfolio_valued':
      value(state, event);
      break;
    case 'portfolio_reconfigured':
      if (state.opened) state.opened = { ...state.opened, settings: event.data.settings };
      state.decisionsVersion = event.data.decisionsVersion;
      break;
    case 'instrument_changed':
      state.instruments.set(instrumentKey(event.data), event.data);
      break;
    case 'reconciliation_reported':
      dispute(state, event);
      break;
    case 'incident_reported':
      state.incidents.set(event.data.kind, event.timeMs);
      tellUnpriced(state, event);
      if (event.data.kind === 'UNKNOWN_FILL' && event.data.orderId !== undefined)
        state.strangers.add(event.data.orderId);
      if (event.data.kind === 'OUTAGE') state.missed = nothingMissed;
      if (event.data.kind === 'UNPROTECTED') giveUp(state, event.data.orderId);
      break;
    case 'portfolio_marked':
      state.hasEnded = true;
      state.marked = true;
      break;
    case 'position_changed':
      // It tells others what the fill already did here.
      compare(state, event);
      break;
  }
  return state;
}

function ending({ timeMs, data }: DraftOf<'order_rejected' | 'order_cancelled'>) {
  return { reason: data.reason, timeMs };
}

function open(state: PortfolioState, { data, timeMs }: DraftOf<'portfolio_opened'>): void {
  if (state.opened) throw broken(state, 'it is opened a second time');
  seen(state, data);
  state.opened = data;
  state.openedMs = timeMs;
  state.decisionsVersion = data.decisionsVersion ?? 1;
  state.cash = new Big(data.settings.cash);
  state.valuation = {
    timeMs,
    marketSequence: state.marketSequence,
    prices: new Map(),
    peakEquity: state.cash,
    dayStartEquity: state.cash,
    dayStartMs: dayStartOf(timeMs, data.settings.dayStart),
  };
}

/** A resume starts the breakers anew: a person has seen what they had counted. */
function changeTradingState(
  state: PortfolioState,
  { data, timeMs }: DraftOf<'trading_state_changed'>,
): void {
  const { to, reason, author, revision = state.tradingState.revision } = data;
  const isResumed = to === 'ACTIVE' && state.tradingState.state !== 'ACTIVE';
  state.tradingState = { state: to, reason, author, sinceMs: timeMs, revision };
  if (!isResumed) return;
  state.losingStreak = 0;
  state.entryTimes = [];
  const { prices } = state.valuation;
  // What is held is worth what the next price says, and no event tells it yet: that value will be the first.
  state.valuation =
    state.positions.size > 0
      ? { ...neverValued, marketSequence: state.valuation.marketSequence, prices }
      : {
          ...state.valuation,
          timeMs,
          peakEquity: state.cash,
          dayStartEquity: state.cash,
          dayStartMs: dayStartOf(timeMs, state.opened?.settings.dayStart),
        };
}

function value(state: PortfolioState, { data, timeMs }: DraftOf<'portfolio_valued'>): void {
  seen(state, data);
  state.valuation = {
    timeMs,
    marketSequence: state.marketSequence,
    prices: new Map(
      data.positions.map((position) => [
        instrumentKey(position),
        { price: Number(position.price), timeMs },
      ]),
    ),
    peakEquity: new Big(data.peakEquity),
    dayStartEquity: new Big(data.dayStartEquity),
    dayStartMs: toMs(data.dayStart),
  };
}

function tellUnpriced(
  state: PortfolioState,
  { data: { venue, symbol, pricedUntil }, timeMs }: DraftOf<'incident_reported'>,
): void {
  if (pricedUntil !== undefined && venue && symbol)
    state.unpriced.set(instrumentKey({ venue, symbol }), timeMs);
}

function dispute(
  state: PortfolioState,
  { data: { differences }, timeMs }: DraftOf<'reconciliation_reported'>,
): void {
  state.reconciled = { timeMs, found: JSON.stringify(differences) };
  const before = state.disputed;
  const disputed = new Map<string, Dispute>();
  for (const { kind, venue, symbol, found } of differences) {
    if (!venue || !symbol || (kind !== 'position' && kind !== 'balance')) continue;
    const key = instrumentKey({ venue, symbol });
    const former = before.get(key);
    // Whatever else was found meanwhile, as of orders of others.
    disputed.set(key, former?.found === found ? former : { found, sinceMs: timeMs });
  }
  state.disputed = disputed;
}
