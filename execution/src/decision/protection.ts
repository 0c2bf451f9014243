import {
  Big,
  deterministicId,
  exactly,
  liveTape,
  OrderId,
  PositiveDecimal,
  type OrderRole,
  type Protection,
} from '@heliograph/contracts';
import { draft, type Draft, type DraftContext, type DraftOf } from './draft.ts';
import { isOnItsWay, leaving } from './on-its-way.ts';
import { cancelIntended } from './order-events.ts';
import { isProtective, legOf } from './order.ts';
import { instrumentKey, maxFailures, rulesOf, type Leg, type Portfolio } from './portfolio.ts';
import { averageEntryPrice, type Position } from './position.ts';
import { atMost, multiple } from './size.ts';

/** A protective order is good as long as the position is. */
const never = '9999-12-31T23:59:59.999Z';
const zero = new Big('0');
const untried: Leg = { orders: 0, filled: zero, failures: 0 };

type ProtectiveRole = Exclude<OrderRole, 'entry' | 'exit'>;

/**
 * What the portfolio's positions lack to be protected as their entries asked, and the protective orders whose positions
 * are gone. It compares what should be there with what is, so it may be asked at any time, after a crash as after a fill:
 * once what it says is journalled, it says nothing more. A fill that makes a position larger is protected by orders of
 * its own.
 */
export function protect(portfolio: Portfolio, nowMs: number): Draft[] {
  if (portfolio.hasEnded) return [];
  const drafts = obsolete(portfolio, nowMs);
  for (const position of portfolio.positions.values()) {
    const situation = { portfolio, position, nowMs };
    if (position.isUnwanted) drafts.push(...leave(situation, 'unwanted'));
    if (position.protection) drafts.push(...missing(situation, position.protection));
  }
  return drafts;
}

interface Situation {
  readonly portfolio: Portfolio;
  readonly position: Position;
  readonly nowMs: number;
}

function obsolete(portfolio: Portfolio, nowMs: number): Draft[] {
  const drafts: Draft[] = [];
  for (const order of portfolio.orders.values()) {
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
  drafts.push(...targets(situation, takeProfits));
  if (timeStopMs !== undefined && situation.nowMs >= position.entryTimeMs + timeStopMs)
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
  if (leg.failures === 0) return intended(situation, terms, quantity);
  const isGivenUp = leg.failures >= maxFailures;
  // It had been reached: another stop would wait for the price to be there once more.
  const again: Terms = leg.isTriggered ? { role: terms.role, orderType: 'market' } : terms;
  const next = isGivenUp ? leave(situation, 'unprotected') : intended(situation, again, quantity);
  if (next[0]?.type !== 'order_intended') return next;
  const what = isGivenUp ? 'the position is closed' : 'it is placed again';
  const detail = `${terms.role} was lost ${leg.failures} times: ${what}`;
  const attempt = legIn(situation, 'unprotected').orders;
  const which = `${terms.role} ${leg.failures} ${leg.orders} ${attempt}`;
  return [lost(situation, which, { detail }), ...next];
}

/** Each profit target sells its part of all that was entered; where they are the whole, the last sells what is left. */
function targets(
  situation: Situation,
  takeProfits: NonNullable<Protection['takeProfits']>,
): Draft[] {
  const { enteredQuantity } = situation.position;
  const drafts: Draft[] = [];
  let ratio = zero;
  let planned = zero;
  for (const takeProfit of takeProfits) {
    ratio = ratio.plus(exactly(takeProfit.ratio));
    const upToHere = lots(
      situation,
      ratio.gte('1') ? enteredQuantity : enteredQuantity.times(ratio),
    );
    const terms: Terms = {
      role: 'take_profit',
      orderType: 'limit',
      limitPrice: takeProfit.price,
    };
    const leg = legIn(situation, legOf(terms));
    const done = leg.filled.plus(openIn(situation, terms));
    const quantity = upToHere.minus(planned).minus(done);
    planned = upToHere;
    if (quantity.gt(zero) && leg.failures < maxFailures)
      drafts.push(...intended(situation, terms, quantity));
  }
  return drafts;
}

/** Out at once with all that is held, unless that is on its way. */
function leave(situation: Situation, role: 'time_stop' | 'unprotected' | 'unwanted'): Draft[] {
  const { portfolio, position } = situation;
  const isLeaving = [...portfolio.orders.values()].some(
    (order) => instrumentKey(order) === instrumentKey(position) && isOnItsWay(order),
  );
  if (isLeaving) return [];
  const leg = legIn(situation, role);
  if (leg.failures < maxFailures)
    return intended(situation, { role, orderType: 'market' }, position.quantity);
  if (leg.isGivenUp) return [];
  const detail = `${role} was lost ${leg.failures} times: a person must close the position`;
  const orderId = orderIdIn(situation, role, leg.orders);
  return [lost(situation, `${role} ${leg.orders}`, { detail, orderId })];
}

/** As many orders as it takes where an order may not have all of it. */
function intended(situation: Situation, terms: Terms, quantity: Big): Draft[] {
  const { maxQuantity } = rulesOf(situation.portfolio, situation.position);
  const { orders } = legIn(situation, legOf(terms));
  const drafts: Draft[] = [];
  for (let left = quantity; left.gt(zero); left = left.minus(atMost(maxQuantity, left)))
    drafts.push(
      orderOf(situation, terms, {
        quantity: atMost(maxQuantity, left),
        number: orders + drafts.length + 1,
      }),
    );
  return drafts;
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
    size: { kind: 'base', quantity: PositiveDecimal.parse(quantity.toFixed()) },
    timeInForce: 'GTC',
    ...(isFirst && { protects: enteredBy }),
    ...(leg.failures > 0 && { attempt: leg.failures + 1 }),
    reduceOnly: true,
    expiryTime: never,
    referencePrice:
      terms.limitPrice ??
      terms.stopPrice ??
      PositiveDecimal.parse(averageEntryPrice(position).toFixed()),
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
