import {
  Big,
  deterministicId,
  OrderId,
  toDecimal,
  type Mode,
  type OrderSize,
  type PortfolioSettings,
  type TradeSignal,
} from '@heliograph/contracts';
import { checks } from './checks.ts';
import { draft, type Draft, type DraftContext } from './draft.ts';
import { freeCash, instrumentKey, settingsOf, type Portfolio } from './portfolio.ts';
import { entrySize } from './size.ts';

/** What a portfolio is opened with at its first signal. */
export interface Opening {
  readonly mode: Mode;
  readonly settings: PortfolioSettings;
}

/** A signal as the checks see it. */
export interface Considered {
  readonly portfolio: Portfolio;
  readonly signal: TradeSignal;
  readonly mode: Mode;
  /** Epoch ms, by the clock of the signal's tape. */
  readonly nowMs: number;
  /** The order that it would become; undefined when there is nothing to sell. */
  readonly size: OrderSize | undefined;
}

/**
 * What becomes of a signal: one `order_intended`, or one `signal_skipped` that says why. Nothing when the portfolio has
 * decided it before. Deterministic: the same portfolio, signal and time give the same events, ids included.
 */
export function decide(
  portfolio: Portfolio,
  signal: TradeSignal,
  { nowMs, mode }: { nowMs: number; mode: Mode },
): Draft[] {
  if (portfolio.decided.has(signal.id)) return [];
  const size = intendedSize(portfolio, signal);
  const considered: Considered = { portfolio, signal, mode, nowMs, size };
  for (const { check, reason } of checks) {
    const detail = check(considered);
    if (detail === undefined) continue;
    return [draft('signal_skipped', contextOf(considered), { ...factsOf(signal), reason, detail })];
  }
  if (!size) throw new Error(`signal ${signal.id} passed every check without a size`);
  const { data } = signal;
  return [
    draft('order_intended', contextOf(considered), {
      ...factsOf(signal),
      orderId: orderIdFor(portfolio.name, signal),
      orderType: 'market',
      size,
      reduceOnly: data.intent === 'exit',
      expiryTime: signal.expirytime,
      referencePrice: data.referencePrice.price,
      reasons: data.reasons ?? [],
    }),
  ];
}

/** The first event of a portfolio, in the time of the event that it opens for. */
export function open(
  portfolio: string,
  { mode, settings }: Opening,
  { tape, currency, timeMs }: { tape: string; currency: string; timeMs: number },
): Draft {
  const correlationId = deterministicId('portfolio', portfolio);
  return draft(
    'portfolio_opened',
    { portfolio, key: '', timeMs, subject: portfolio, correlationId },
    { portfolio, mode, tape, currency, settings },
  );
}

/** The client order id: letters and digits, the same for the same portfolio and signal, whoever computes it. */
export function orderIdFor(portfolio: string, signal: Pick<TradeSignal, 'id'>): OrderId {
  return OrderId.parse(`h${deterministicId('order', portfolio, signal.id)}`);
}

function intendedSize(portfolio: Portfolio, { data }: TradeSignal): OrderSize | undefined {
  if (data.intent === 'exit') {
    const quantity = portfolio.positions.get(instrumentKey(data))?.quantity;
    return quantity && { kind: 'base', quantity: toDecimal(quantity) };
  }
  const free = freeCash(portfolio);
  const { stake } = settingsOf(portfolio);
  return stake.kind === 'all' && free.lte(new Big('0')) ? undefined : entrySize(stake, free);
}

function factsOf({ id, time, data }: TradeSignal) {
  const { strategy, venue, symbol, intent, side } = data;
  return { signalId: id, strategy, venue, symbol, intent, side, signalTime: time };
}

function contextOf({ portfolio, signal, nowMs }: Considered): DraftContext {
  return {
    portfolio: portfolio.name,
    key: signal.id,
    timeMs: nowMs,
    subject: signal.data.symbol,
    correlationId: signal.correlationid,
    causationId: signal.id,
  };
}
