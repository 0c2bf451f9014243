import {
  deterministicId,
  OrderId,
  toPositive,
  type Mode,
  type PortfolioSettings,
  type TradeSignal,
} from '@heliograph/contracts';
import { tripped } from './breakers.ts';
import { checksOf } from './checks/checks.ts';
import { isHeld } from './checks/positions.ts';
import { consider } from './consider.ts';
import type { Considered, DecisionContext } from './considered.ts';
import { signalFacts, type SignalFacts } from './signal-facts.ts';
import { decisionsVersion } from './version.ts';
import { draft, type Draft, type DraftContext, type DraftOf } from './state/draft.ts';
import { cancelIntended, shortened } from './state/order-events.ts';
import { isReversing } from './exits/on-its-way.ts';
import type { Portfolio } from './state/portfolio.ts';
import type { Refusal } from './refusal.ts';
import { partsOf } from './entries/size.ts';
import { isLeftOver } from './checks/write-off.ts';
import { writtenOff } from './venue/write-off.ts';

export type { DecisionContext } from './considered.ts';

/** What a portfolio is opened with at its first signal. */
export interface Opening {
  readonly mode: Mode;
  readonly settings: PortfolioSettings;
}

/**
 * What becomes of a signal: an order, entries that are taken back, a write-off, or one `signal_skipped` that says why; of a
 * reversal that may not enter the exit. Nothing when
 * the portfolio has decided it before, unless its order is certain never to have reached the venue: then there may be
 * another. Deterministic: the same portfolio, signal and context give the same events, ids included.
 */
export function decide(
  portfolio: Portfolio,
  signal: TradeSignal,
  context: DecisionContext,
): Draft[] {
  const orders = portfolio.unsent.get(signal.id) ?? 0;
  if (orders === 0 && portfolio.decided.has(signal.id)) return [];
  const considered = consider(portfolio, signal, context);
  const refused = refusalOf(considered);
  if (!refused) return carriedOut(considered, context, orders + 1);
  const tripping = refused.trips ? trip(considered, refused) : [];
  const out = closingHalf(considered, context, refused);
  if (!out) return [...tripping, skip(considered, signalFacts(signal, context), refused)];
  return [...tripping, ...carriedOut(out, context, orders + 1)];
}

interface Refused extends Refusal {
  readonly trips: boolean;
}

function refusalOf(considered: Considered): Refused | undefined {
  for (const { reason, check, trips = false } of checksOf[considered.kind]) {
    const detail = check(considered);
    if (detail !== undefined) return { reason, detail, trips };
  }
  return undefined;
}

function carriedOut(considered: Considered, context: DecisionContext, attempt: number): Draft[] {
  const facts = signalFacts(considered.signal, context);
  const drafts = takeBack(considered);
  if (considered.kind === 'exit' && isHeld(considered))
    drafts.push(...exitOrders(considered, facts, attempt));
  if (considered.kind === 'entry') drafts.push(entryOrder(considered, facts, attempt));
  if (considered.kind === 'write-off') drafts.push(...bookedOff(considered, facts));
  return drafts;
}

/** The version of the rules; what was decided before is told as it was. */
const closingHalvesSince = 6;
const repeatsAwaitedSince = 7;
const mostReasons = 16;
const longestReason = 256;

/**
 * A reversal that may not enter leaves all the same, where an exit might: whoever wants the other side does not want what
 * is held. One that repeats another which is on its way has nothing to leave: that one does, and enters.
 */
function closingHalf(
  { portfolio, signal }: Considered,
  context: DecisionContext,
  { reason, detail }: Refusal,
): Considered | undefined {
  const { data } = signal;
  if (data.intent !== 'reverse' || portfolio.decisionsVersion < closingHalvesSince)
    return undefined;
  const why = `no more than out: ${reason}, ${detail}`.slice(0, longestReason);
  const reasons = [...(data.reasons ?? []).slice(0, mostReasons - 1), why];
  const exit = { ...data, intent: 'exit', targetPosition: 'flat', reasons } as const;
  const out = consider(portfolio, { ...signal, data: exit }, context);
  if (isRepeated(out) && portfolio.decisionsVersion >= repeatsAwaitedSince) return undefined;
  return isHeld(out) && !refusalOf(out) ? out : undefined;
}

function isRepeated({ orders, position }: Considered): boolean {
  return position !== undefined && orders.some((order) => isReversing(order, position));
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
    { portfolio, mode, tape, currency, settings, decisionsVersion },
  );
}

/**
 * The client order id: letters and digits, the same for the same portfolio, signal, attempt and part of it, whoever
 * computes it.
 */
export function orderIdFor(
  portfolio: string,
  signal: Pick<TradeSignal, 'id'>,
  attempt = 1,
  part = 1,
): OrderId {
  const again = attempt === 1 ? [] : [String(attempt)];
  const further = part === 1 ? [] : [`part ${part}`];
  return OrderId.parse(`h${deterministicId('order', portfolio, signal.id, ...again, ...further)}`);
}

function entryOrder(considered: Considered, facts: SignalFacts, attempt: number): Draft {
  const plan = considered.plan();
  if ('reason' in plan) return skip(considered, facts, plan);
  const { orderType, size, limitPrice, stopPrice, timeInForce, protection } = plan;
  return intended(
    considered,
    facts,
    { attempt },
    {
      orderType,
      size,
      ...(limitPrice !== undefined && { limitPrice }),
      ...(stopPrice !== undefined && { stopPrice }),
      ...(timeInForce && { timeInForce }),
      ...(protection && { protection }),
      reduceOnly: false,
    },
  );
}

/** As many as it takes where an order may not have all of it. */
function exitOrders(considered: Considered, facts: SignalFacts, attempt: number): Draft[] {
  return partsOf(considered.leaving(), considered.rules).map((quantity, index) =>
    intended(
      considered,
      facts,
      { attempt, part: index + 1 },
      {
        orderType: 'market',
        size: { kind: 'base', quantity: toPositive(quantity) },
        reduceOnly: true,
      },
    ),
  );
}

function bookedOff(considered: Considered, facts: SignalFacts): Draft[] {
  const { missing, position } = considered;
  if ('unclear' in missing) throw new Error('what is missing is not certain');
  const quantity = position && isLeftOver(considered) ? position.quantity : missing.quantity;
  const order = intended(
    considered,
    facts,
    { attempt: 1 },
    {
      orderType: 'market',
      size: { kind: 'base', quantity: toPositive(quantity) },
      reduceOnly: true,
      writeOff: true,
    },
  );
  return writtenOff(considered.portfolio, order, quantity);
}

type Order = DraftOf<'order_intended'>['data'];

function intended(
  considered: Considered,
  facts: SignalFacts,
  { attempt, part = 1 }: { attempt: number; part?: number },
  order: Pick<Order, 'orderType' | 'size' | 'reduceOnly'> & Partial<Order>,
): DraftOf<'order_intended'> {
  const { portfolio, signal } = considered;
  const context = contextOf(considered);
  return draft(
    'order_intended',
    { ...context, key: keyOf(signal, attempt, part) },
    {
      ...facts,
      orderId: orderIdFor(portfolio.name, signal, attempt, part),
      ...order,
      ...(attempt > 1 && { attempt }),
      expiryTime: signal.expirytime,
      referencePrice: signal.data.referencePrice.price,
      reasons: signal.data.reasons ?? [],
    },
  );
}

/** The first order of a signal has its name. */
function keyOf({ id }: TradeSignal, attempt: number, part: number): string {
  return `${id}${attempt === 1 ? '' : ` ${attempt}`}${part === 1 ? '' : ` part ${part}`}`;
}

function takeBack({ portfolio, signal, takenBack, nowMs }: Considered): Draft[] {
  const detail = `${signal.data.strategy} wants to ${signal.data.intent}`;
  return takenBack.map((order) =>
    cancelIntended(portfolio, order, {
      timeMs: nowMs,
      reason: 'CANCEL_REQUESTED',
      detail,
      signalId: signal.id,
      ...(signal.data.intent === 'exit' && { leave: true }),
    }),
  );
}

function skip(considered: Considered, facts: SignalFacts, { reason, detail }: Refusal): Draft {
  return draft('signal_skipped', contextOf(considered), {
    ...facts,
    reason,
    detail: shortened(detail),
  });
}

function trip({ portfolio, signal, nowMs }: Considered, refusal: Refusal): Draft[] {
  return tripped(portfolio, { ...refusal, key: signal.id, nowMs, causationId: signal.id });
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
