import {
  Big,
  decimalOf,
  type EventId,
  type TapeEnded,
  type TradeSignal,
} from '@heliograph/contracts';
import { decide, type DecisionContext } from '../decision/decide.ts';
import type { Draft, DraftOf } from '../decision/state/draft.ts';
import { lapse } from '../decision/exits/lapse.ts';
import { mark } from '../decision/mark.ts';
import {
  cancelled,
  held,
  outcomeUnknown,
  rejected,
  triggered,
} from '../decision/state/order-events.ts';
import type { Order } from '../decision/state/order.ts';
import { outage } from '../decision/outage.ts';
import type { Portfolio, Prices } from '../decision/state/portfolio.ts';
import { instrumentKey } from '../instrument-key.ts';
import { protect } from '../decision/exits/protection.ts';
import { settle } from '../decision/settle.ts';
import { withoutEntry } from '../decision/venue/unheard.ts';
import { value } from '../decision/value.ts';
import { withdraw } from '../decision/exits/withdraw.ts';
import type { PriceHistory } from './price-history.ts';

/** What a journal rests on beside itself. */
export interface Facts {
  readonly prices: PriceHistory;
  signalOf(id: EventId): TradeSignal | undefined;
  /** What was said at the end of the tape. */
  readonly ended: { readonly data: TapeEnded['data']; readonly timeMs: number } | undefined;
}

/**
 * What the decision core makes of a portfolio at this place of its journal, each as the events that would be written
 * together. More than one where the journal does not say all that a decision rested on: whether the trading state could
 * be read, how far ahead the venue's clock was. Undefined for what cannot follow from anything here: what people did,
 * what the venue was found to be.
 */
export function derivationsOf(
  portfolio: Portfolio,
  ahead: readonly [Draft, ...Draft[]],
  facts: Facts,
): Iterable<readonly Draft[]> | undefined {
  const [event] = ahead;
  switch (event.type) {
    case 'portfolio_opened':
    case 'portfolio_reconfigured':
    case 'reconciliation_reported':
    case 'order_adopted':
    case 'instrument_changed':
      return undefined;
    case 'trading_state_changed':
      return event.data.author === 'breaker' ? breakers(portfolio, ahead, facts) : undefined;
    case 'incident_reported':
      return incidents(portfolio, ahead, facts);
    case 'signal_skipped':
      return decisions(portfolio, event, event.data.signalId, facts);
    case 'order_intended':
      return event.data.role === undefined
        ? decisions(portfolio, event, event.data.signalId, facts)
        : followUps(portfolio, ahead, facts);
    case 'order_cancel_intended':
      // That the venue has forgotten it is nowhere else in the journal.
      if (event.data.reason === 'UNRECONCILED') return undefined;
      return event.data.signalId === undefined
        ? followUps(portfolio, ahead, facts)
        : decisions(portfolio, placedWith(event, ahead) ?? event, event.data.signalId, facts);
    case 'portfolio_valued':
      return knownAt(event, facts).map((prices) => value(portfolio, prices, event.timeMs));
    case 'portfolio_marked':
      return facts.ended && [mark(portfolio, facts.ended.data, facts.ended.timeMs)];
    default:
      return outcomes(portfolio, event);
  }
}

/** The prices that were known: those that it says, or each that may have been the last one. */
function knownAt(
  { data, timeMs }: DraftOf<'portfolio_valued' | 'trading_state_changed'>,
  { prices }: Facts,
): Prices[] {
  const { marketSequence } = data;
  return marketSequence === undefined ? [...prices.before(timeMs)] : [prices.upTo(marketSequence)];
}

type Decisive = DraftOf<'signal_skipped' | 'order_intended' | 'order_cancel_intended'>;

/** What the same signal became besides says how much of the tape was seen. */
function placedWith(
  { timeMs, data }: DraftOf<'order_cancel_intended'>,
  ahead: readonly Draft[],
): DraftOf<'signal_skipped' | 'order_intended'> | undefined {
  for (const event of ahead)
    if (isOfSignal(event) && event.data.signalId === data.signalId && event.timeMs === timeMs)
      return event;
  return undefined;
}

/** A signal's skip or order, not one of those that protect. */
function isOfSignal(event: Draft): event is DraftOf<'signal_skipped' | 'order_intended'> {
  return (
    event.type === 'signal_skipped' ||
    (event.type === 'order_intended' && event.data.role === undefined)
  );
}

function* decisions(
  portfolio: Portfolio,
  event: Decisive,
  signalId: EventId,
  { signalOf, prices }: Facts,
): Generator<readonly Draft[]> {
  const signal = signalOf(signalId);
  if (!signal || !portfolio.opened) return;
  const { mode } = portfolio.opened;
  const sequence = 'marketSequence' in event.data ? event.data.marketSequence : undefined;
  const nowMs = event.timeMs;
  const known = sequence === undefined ? [...prices.before(nowMs)] : [prices.upTo(sequence)];
  for (const each of known.length > 0 ? known : [new Map()]) {
    const context = { nowMs, mode, prices: each, ...(signal.data.writeOff && saidMissing(event)) };
    yield decide(portfolio, signal, context);
    yield decide(portfolio, signal, { ...context, isStateReadable: false });
    yield* unheard(portfolio, signal, decide(portfolio, signal, context));
    const clockOffsetMs = saidOffset(event);
    if (clockOffsetMs !== undefined) yield decide(portfolio, signal, { ...context, clockOffsetMs });
  }
}

/** Which orders the venue said nothing of is nowhere else in the journal than in the words of a skip. */
function* unheard(
  portfolio: Portfolio,
  signal: TradeSignal,
  decision: readonly Draft[],
): Generator<readonly Draft[]> {
  const key = instrumentKey(signal.data);
  for (const order of portfolio.orders.values())
    if (instrumentKey(order) === key)
      yield withoutEntry(decision, { portfolio, signal, orderId: order.id });
}

/** The venue's clock is nowhere else in the journal than in the words of a skip, or of a reversal that only leaves. */
function saidOffset(event: Draft): number | undefined {
  if (!isOfSignal(event)) return undefined;
  const said = event.type === 'order_intended' ? event.data.reasons.join('\n') : event.data.detail;
  const [, offset] = /clock is (-?\d+(?:\.\d+)?) ms/.exec(said) ?? [];
  return offset === undefined ? undefined : Number(offset);
}

/** What the venue lacked is nowhere else in the journal than in what became of it. */
function saidMissing(event: Decisive): Pick<DecisionContext, 'missing'> {
  if (event.type === 'order_intended' && event.data.size.kind === 'base')
    return { missing: { quantity: decimalOf(event.data.size.quantity) } };
  if (event.type !== 'signal_skipped') return {};
  const { reason, detail } = event.data;
  return {
    missing: reason === 'UNSUPPORTED_INTENT' ? { quantity: new Big('0') } : { unclear: detail },
  };
}

function* breakers(
  portfolio: Portfolio,
  ahead: readonly Draft[],
  facts: Facts,
): Generator<readonly Draft[]> {
  const [event] = ahead;
  if (event?.type !== 'trading_state_changed') return;
  const { timeMs } = event;
  const became = ahead.filter(isOfSignal).find((each) => each.timeMs === timeMs);
  if (became) yield* decisions(portfolio, became, became.data.signalId, facts);
  for (const prices of knownAt(event, facts)) yield value(portfolio, prices, timeMs);
}

function incidents(
  portfolio: Portfolio,
  ahead: readonly [Draft, ...Draft[]],
  facts: Facts,
): Iterable<readonly Draft[]> | undefined {
  const [event] = ahead;
  if (event.type !== 'incident_reported') return undefined;
  switch (event.data.kind) {
    case 'UNPROTECTED':
      // How long no price had come is nowhere in a journal.
      if (event.data.pricedUntil !== undefined) return undefined;
      return followUps(portfolio, ahead, facts);
    case 'OUTAGE':
      return [outage(portfolio, event.timeMs)];
    default:
      return undefined;
  }
}

/** On a replay what follows carries the time of the fill that it follows, and may have been asked for later. */
function* followUps(
  portfolio: Portfolio,
  ahead: readonly [Draft, ...Draft[]],
  { prices }: Facts,
): Generator<readonly Draft[]> {
  const [event] = ahead;
  const sequence = event.type === 'order_intended' ? event.data.marketSequence : undefined;
  const times = new Set(ahead.slice(0, timesAhead).map(({ timeMs }) => timeMs));
  if (sequence !== undefined) times.add(prices.timeAt(sequence) ?? event.timeMs);
  for (const timeMs of times) {
    const protection = protect(portfolio, timeMs);
    yield [...withdraw(portfolio, timeMs), ...protection];
    yield [...withdraw(portfolio, timeMs), ...lapse(portfolio, timeMs), ...protection];
  }
}

const timesAhead = 8;

/** What the venue has told, or not told, of an order. */
function outcomes(portfolio: Portfolio, event: Draft): Iterable<readonly Draft[]> | undefined {
  if (!('orderId' in event.data) || event.data.orderId === undefined) return [];
  const { orderId } = event.data;
  if (portfolio.foreignOrders.has(orderId)) return undefined;
  const order = portfolio.orders.get(orderId) ?? portfolio.endedOrders.get(orderId);
  if (!order) return [];
  return outcomeOf(portfolio, order, event);
}

function outcomeOf(portfolio: Portfolio, order: Order, event: Draft): Draft[][] {
  const { timeMs } = event;
  const report = { orderId: order.id, timeMs, sequence: 0 };
  switch (event.type) {
    case 'order_accepted': {
      const { venueOrderId } = event.data;
      return [
        settle(portfolio, { ...report, type: 'accepted', venueOrderId }),
        [held(portfolio, order)],
      ];
    }
    case 'order_filled': {
      const { fillId, quantity, price, fee, liquidity, complete } = event.data;
      const fill = { fillId, quantity, price, fee, liquidity, complete };
      return [settle(portfolio, { ...report, type: 'filled', ...fill })];
    }
    case 'order_rejected':
      return [[rejected(portfolio, order, { timeMs, ...event.data })]];
    case 'order_cancelled':
      return [[cancelled(portfolio, order, { timeMs, ...event.data })]];
    case 'order_unknown':
      return [[outcomeUnknown(portfolio, order, { timeMs, ...event.data })]];
    case 'order_triggered': {
      const { price, quantity } = event.data;
      const facts = { price: new Big(price), quantity: quantity && decimalOf(quantity) };
      return [[triggered(portfolio, order, { timeMs, ...facts })]];
    }
    default:
      return [];
  }
}
