import {
  Big,
  deterministicId,
  liveTape,
  OrderId,
  toPositive,
  type OrderRole,
  type Protection,
} from '@heliograph/contracts';
import { isOfAnotherClock } from '../another-clock.ts';
import { draft, type Draft, type DraftContext, type DraftOf } from '../state/draft.ts';
import { leaving } from './on-its-way.ts';
import { cancelIntended } from '../state/order-events.ts';
import { isProtective, legOf } from '../state/order.ts';
import { instrumentKey } from '../../instrument-key.ts';
import { isNothingThere } from '../venue/nothing-there.ts';
import { maxFailures, rulesOf, type Leg, type Portfolio } from '../state/portfolio.ts';
import { averageEntryPrice, type Position } from '../state/position.ts';
import { multiple, partsOf } from '../entries/size.ts';
import { partsUpTo } from './target-parts.ts';

/** A protective order is good as long as the position is. */
const never = '9999-12-31T23:59:59.999Z';
const zero = new Big('0');
/**
 * An entry that was filled in hundreds of parts has hundreds of protective orders, which all end with its position; they
 * are journalled together with the fill. With what one position needs at most, this stays well below `mostAppended`.
 */
const mostAtOnce = 250;
const untried: Leg = { orders: 0, filled: zero, failures: 0 };

type ProtectiveRole = Exclude<OrderRole, 'entry' | 'exit'>;

/**
 * What the portfolio's positions lack to be protected as their entries asked, and the protective orders whose positions
 * are gone. It compares what should be there with what is, so it may be asked at any time, after a crash as after a fill:
 * once what it says is journalled, it says nothing more. A fill that makes a position larger is protected by orders of
 * its own. Of what is more than the journal takes at once it says the rest when it is asked again.
 */
export function protect(portfolio: Portfolio, nowMs: number): Draft[] {
  if (portfolio.hasEnded) return [];
  const drafts = obsolete(portfolio, nowMs);
  for (const position of portfolio.positions.values()) {
    if (drafts.length >= mostAtOnce) break;
    const situation = { portfolio, position, nowMs };
    const out = position.isUnwanted ? leave(situation, 'unwanted') : [];
    drafts.push(...out);
    // What sells at once is written down before anything else is looked at: two would sell twice.
    if (position.protection && !out.some(sellsAtOnce))
      drafts.push(...missing(situation, position.protection));
  }
  return drafts;
}

function sellsAtOnce(draft: Draft): boolean {
  return draft.type === 'order_intended' && draft.data.orderType === 'market';
}

interface Situation {
  readonly portfolio: Portfolio;
  readonly position: Position;
  readonly nowMs: number;
}

function obsolete(portfolio: Portfolio, nowMs: number): Draft[] {
  const drafts: Draft[] = [];
  for (const order of portfolio.orders.values()) {
    if (drafts.length >= mostAtOnce) break;
    if (!isProtective(order) || order.cancellation) continue;
    if (portfolio.positions.get(instrumentKey(order))?.entrySignalId === order.signalId) continue;
    drafts.push(
      cancelIntended(portfolio, order, {
        timeMs: nowMs,
        reason: 'POSITION_CLOSED',
        detail: `no position of ${order.symbol} is left to protect`,
      }),
    );
  }
  return drafts;
}

function missing(situation: Situation, protection: Protection): Draft[] {
  const { position } = situation;
  const { stopLoss, trailingStop, takeProfits = [], timeStopMs } = protection;
  const drafts: Draft[] = [];
  if (trailingStop)
    drafts.push(
      ...guard(situation, {
        role: 'trailing_stop',
        orderType: 'trailing_stop',
        trailingBps: trailingStop.distanceBps,
        ...(stopLoss && { stopPrice: stopLoss.price }),
      }),
    );
  else if (stopLoss)
    drafts.push(
      ...guard(situation, { role: 'stop_loss', orderType: 'stop', stopPrice: stopLoss.price }),
    );
  if (drafts.some(sellsAtOnce)) return drafts;
  drafts.push(...targets(situation, takeProfits));
  if (timeStopMs !== undefined && situation.nowMs >= position.protectedMs + timeStopMs)
    drafts.push(...leave(situation, 'time_stop'));
  return drafts;
}

type Terms = Pick<
  DraftOf<'order_intended'>['data'],
  'orderType' | 'limitPrice' | 'stopPrice' | 'trailingBps'
> & { readonly role: ProtectiveRole };

/** The stop of the whole position. */
function guard(situation: Situation, terms: Terms): Draft[] {
  const { portfolio, position } = situation;
  const leg = legIn(situation, legOf(terms));
  const unguarded = position.quantity.minus(openIn(situation, terms));
  const staying = position.quantity.minus(leaving(portfolio, instrumentKey(position)));
  // At the market only what nothing else is selling already: not every venue knows reduce-only.
  const open = leg.isTriggered && staying.lt(unguarded) ? staying : unguarded;
  const quantity = lots(situation, open);
  if (quantity.lte(zero)) return [];
  // It had been reached: another stop would wait for the price to be there once more.
  const again: Terms = leg.isTriggered ? { role: terms.role, orderType: 'market' } : terms;
  if (leg.failures === 0) return intended(situation, again, quantity);
  const isGivenUp = leg.failures >= maxFailures;
  const next = isGivenUp
    ? leave(situation, 'unprotected', leg)
    : isPausing(situation, leg)
      ? []
      : intended(situation, again, quantity);
  if (next[0]?.type !== 'order_intended' || legIn(situation, 'unprotected').isGivenUp) return next;
  const what = isGivenUp ? 'the position is being closed' : 'it is placed again';
  const often = leg.failures === 1 ? 'once' : `${leg.failures} times`;
  const detail = `${terms.role} was lost ${often}: ${what}`;
  const attempt = legIn(situation, 'unprotected').orders;
  const which = `${terms.role} ${leg.failures} ${leg.orders} ${attempt}`;
  return [lost(situation, which, { detail }), ...next];
}

/** Each profit target sells its part of all that was entered; where they are the whole, the last sells what is left. */
function targets(
  situation: Situation,
  takeProfits: NonNullable<Protection['takeProfits']>,
): Draft[] {
  const { portfolio, position } = situation;
  const rules = rulesOf(portfolio, position);
  const { decisionsVersion } = portfolio;
  const parts = partsUpTo(takeProfits, position.enteredQuantity, { rules, decisionsVersion });
  const drafts: Draft[] = [];
  let planned = zero;
  for (const [index, takeProfit] of takeProfits.entries()) {
    if (drafts.length >= mostAtOnce) break;
    const upToHere = parts[index] ?? planned;
    const terms: Terms = {
      role: 'take_profit',
      orderType: 'limit',
      limitPrice: takeProfit.price,
    };
    const leg = legIn(situation, legOf(terms));
    const done = leg.filled.plus(openIn(situation, terms));
    const quantity = upToHere.minus(planned).minus(done);
    planned = upToHere;
    if (quantity.lte(zero)) continue;
    if (leg.failures >= maxFailures && !leg.isGivenUp) drafts.push(givenUp(situation, terms, leg));
    else if (isTriedAgain(situation, leg, { kind: 'target' }))
      drafts.push(...intended(situation, terms, quantity));
  }
  return drafts;
}

function givenUp(situation: Situation, terms: Terms, { orders, failures }: Leg): Draft {
  const detail = `${terms.role} at ${terms.limitPrice} was lost ${failures} times: the position goes on without it`;
  const orderId = orderIdIn(situation, legOf(terms), orders);
  return lost(situation, `${legOf(terms)} ${orders}`, { detail, orderId });
}

/** Out at once with all that is held and not on its way yet; `former`: the guard that was lost. */
function leave(
  situation: Situation,
  role: 'time_stop' | 'unprotected' | 'unwanted',
  former?: Leg,
): Draft[] {
  const { portfolio, position } = situation;
  const staying = position.quantity.minus(leaving(portfolio, instrumentKey(position)));
  if (staying.lte(zero)) return [];
  const leg = legIn(situation, role);
  const isGone = leg.failures >= maxFailures && isNothingThere(portfolio, position);
  const isTold = isGone ? leg.isAtRest : leg.isGivenUp;
  if (leg.failures < maxFailures || isTold)
    return isTriedAgain(situation, leg, { former })
      ? intended(situation, { role, orderType: 'market' }, staying)
      : [];
  const so = isGone
    ? ', and the venue has nothing of it: nothing more is tried before that changes, or a person closes it or writes it off'
    : ': a person must close the position';
  const detail = `${role} was lost ${leg.failures} times${so}`;
  const orderId = orderIdIn(situation, role, leg.orders);
  return [lost(situation, `${role} ${leg.orders}${isGone ? ' gone' : ''}`, { detail, orderId })];
}

/**
 * How long the venue is left alone after one refusal, after two, and so on, ms; as long as the last one after more. Exchanges
 * close a market for seconds when it crashes, and then the position must still get out.
 */
const pausesMs = [0, 1_000, 3_000, 10_000, 30_000, 60_000];
/** The same once a person was told that it is given up: of what leaves the position, and of what waits for a better price. */
const restMs = { exit: 60_000, target: 3_600_000 } as const;

/** On a replay the venue would say the same again, whenever it is asked. */
function isPausing(
  { portfolio, nowMs }: Situation,
  { failures, refusedMs, isGivenUp }: Leg,
  { former = untried, kind = 'exit' }: Pausing = {},
): boolean {
  const sinceMs = refusedMs ?? former.refusedMs;
  if (portfolio.opened?.tape !== liveTape || sinceMs === undefined) return false;
  const times = Math.min(failures + former.failures, pausesMs.length);
  const pauseMs = isGivenUp ? restMs[kind] : (pausesMs[times - 1] ?? 0);
  return nowMs < sinceMs + pauseMs && !isOfAnotherClock(portfolio, sinceMs, nowMs);
}

interface Pausing {
  /** The guard that was lost before it. */
  readonly former?: Leg | undefined;
  readonly kind?: keyof typeof restMs;
}

/** Whoever was told that nothing helps may not be there: at a venue it is tried on and on, while it has something of it. */
function isTriedAgain(situation: Situation, leg: Leg, pausing?: Pausing): boolean {
  const { portfolio, position } = situation;
  const isOver =
    leg.isGivenUp && (portfolio.opened?.tape !== liveTape || isNothingThere(portfolio, position));
  return !isOver && !isPausing(situation, leg, pausing);
}

/** As many orders as it takes where an order may not have all of it. */
function intended(situation: Situation, terms: Terms, quantity: Big): Draft[] {
  const rules = rulesOf(situation.portfolio, situation.position);
  const { orders } = legIn(situation, legOf(terms));
  return partsOf(quantity, rules).map((part, index) =>
    orderOf(situation, terms, { quantity: part, number: orders + index + 1 }),
  );
}

function orderOf(
  situation: Situation,
  terms: Terms,
  { quantity, number }: { quantity: Big; number: number },
): Draft {
  const { portfolio, position, nowMs } = situation;
  const { venue, symbol, strategy, entrySignalId, enteredBy } = position;
  const leg = legIn(situation, legOf(terms));
  const isFirst = leg.failures === 0 && terms.orderType !== 'market';
  const id = orderIdIn(situation, legOf(terms), number);
  // On a replay it protects from the moment of the fill, whoever gets to it, and when.
  const timeMs = isFirst && portfolio.opened?.tape !== liveTape ? portfolio.lastFillMs : nowMs;
  return draft('order_intended', contextOf(situation, { key: id, timeMs }), {
    signalId: entrySignalId,
    strategy,
    venue,
    symbol,
    intent: 'exit',
    side: position.side === 'long' ? 'sell' : 'buy',
    orderId: id,
    ...terms,
    size: { kind: 'base', quantity: toPositive(quantity) },
    timeInForce: 'GTC',
    ...(isFirst && { protects: enteredBy }),
    ...(leg.failures > 0 && { attempt: leg.failures + 1 }),
    reduceOnly: true,
    expiryTime: never,
    referencePrice: terms.limitPrice ?? terms.stopPrice ?? toPositive(averageEntryPrice(position)),
    reasons: [],
  });
}

/** The number of an order is its place among those of its leg. */
function orderIdIn({ portfolio, position }: Situation, leg: string, number: number): OrderId {
  const { entrySignalId } = position;
  return OrderId.parse(
    `h${deterministicId('order', portfolio.name, entrySignalId, leg, String(number))}`,
  );
}

/** An incident that names an order is the last word about it: nothing more is tried. */
function lost(
  situation: Situation,
  which: string,
  facts: { detail: string; orderId?: OrderId },
): Draft {
  const { venue, symbol, entrySignalId } = situation.position;
  const key = `UNPROTECTED ${entrySignalId} ${which}`;
  return draft('incident_reported', contextOf(situation, { key, timeMs: situation.nowMs }), {
    kind: 'UNPROTECTED',
    severity: 'error',
    ...facts,
    venue,
    symbol,
  });
}

function contextOf(
  { portfolio, position }: Situation,
  { key, timeMs }: { key: string; timeMs: number },
): DraftContext {
  const { symbol, correlationId, entrySignalId } = position;
  return {
    portfolio: portfolio.name,
    key,
    timeMs,
    subject: symbol,
    correlationId,
    causationId: entrySignalId,
  };
}

function legIn({ portfolio, position }: Situation, name: string): Leg {
  return portfolio.legs.get(position.entrySignalId)?.get(name) ?? untried;
}

/** What the open orders of a leg may still fill. */
function openIn({ portfolio, position }: Situation, terms: Terms): Big {
  let open = zero;
  for (const order of portfolio.orders.values())
    if (
      order.signalId === position.entrySignalId &&
      isProtective(order) &&
      legOf(order) === legOf(terms) &&
      order.size.kind === 'base'
    )
      open = open.plus(order.size.quantity).minus(order.filledQuantity);
  return open;
}

function lots({ portfolio, position }: Situation, quantity: Big): Big {
  return multiple(quantity, rulesOf(portfolio, position).lotSize);
}
