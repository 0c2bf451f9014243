import { TransientError, type OrderId, type ReasonCode } from '@heliograph/contracts';
import type { Abandonment, Broker, OrderReference, Placement } from '../brokers/broker.ts';
import { asKept, requestOf } from '../decision/request.ts';
import { mustNotBeSent } from '../decision/expiry.ts';
import type { Draft } from '../decision/draft.ts';
import { hasNothingLeft, sized } from '../decision/triggered-size.ts';
import { cancelled, held, outcomeUnknown, rejected } from '../decision/order-events.ts';
import { isOpen, isProtective, isUnsent, type Order } from '../decision/order.ts';
import { settingsOf, type Portfolio } from '../decision/portfolio.ts';
import type { Journal } from './journal.ts';
import type { Trouble } from './trouble.ts';
import { within } from '../within.ts';

/** How often the venue is asked again to take an order back. */
const cancelAgainMs = 5_000;
/** How long its answer is waited for before everything else goes on. */
const patienceMs = 2_000;
/** An order that was not taken is not sent again before that, whatever the venue says. */
const shortestPauseMs = 250;

const expired = { reason: 'EXPIRED', detail: 'it expired before it could be sent' } as const;
/** Refusals of a request for when it came, not for what it asked. */
const ofTime: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['EXPIRED', 'CLOCK_SKEW']);
const nothingLeft = { reason: 'POSITION_CLOSED', detail: 'others leave with all of it' } as const;
const neverSent = { reason: 'NOT_SENT', detail: 'the venue does not have it' } as const;

/** When and where on the tape an order is sent. */
export interface Moment {
  readonly timeMs: number;
  /** Absent: only the time tells what an order may be filled from. */
  readonly tapeSequence?: number | undefined;
}

/** An order that is on its way to the venue. */
export interface HandedOver {
  /** Resolves once the venue has answered, or cannot any more. */
  readonly answered: Promise<unknown>;
  /** False when it takes too long for everything else to wait for it. */
  readonly isInTime: Promise<boolean>;
  /**
   * Journals what it has answered.
   * @throws TransientError when the order was not taken, or when nobody can tell
   */
  conclude(): Promise<void>;
}

/**
 * Carries out at the venue what the journal says is to be done: sends, takes back, finds out. Each step may be repeated
 * by any worker after any crash. Where the venue takes an id once and for all, an order is simply sent again; elsewhere
 * only whoever wrote the intent sends it, once, and everybody else waits until it is certain what became of it.
 */
export interface Dispatcher {
  /** To be told of whatever was written here: only its author may send an order that the venue might take twice. */
  written(events: readonly Draft[]): void;
  /**
   * Hands over an order that nobody has heard of yet, or finds out about it. It resolves without the venue's answer, so
   * that many can be on their way at once.
   * @throws TransientError when that is to be tried again
   */
  handOver(order: Order, moment: Moment): Promise<HandedOver>;
  /** Whether it is on its way and the venue's answer may come at any moment: nobody needs to ask. */
  isAwaited(order: OrderReference): boolean;
  /** Once the venue has answered to all that are awaited, or has taken too long. */
  answered(): Promise<void>;
  /** Once what took too long is answered and concluded as well. */
  idle(): Promise<void>;
  /** Sees to it that an order which did not reach the venue never will, and journals its end. */
  abandon(order: Order, why: Abandonment): Promise<void>;
  /** Sends protective orders, takes back what is to be taken back; true when something was done. */
  carryOut(moment: Moment): Promise<boolean>;
  /** Finds out about the orders that were sent, or may have been, without an answer. */
  findOut(moment: Moment): Promise<void>;
}

export function createDispatcher({
  journal,
  broker,
  isSilent = () => false,
  inTurn,
  nowMs,
  trouble,
}: {
  journal: Journal;
  broker: Broker;
  /** Whether the venue says nothing of it: asking again is for others, who do not wait for the answer. */
  isSilent?: (order: Order) => boolean;
  /** Runs what an answer makes necessary that nobody waits for any more, when nothing else is done to the portfolio. */
  inTurn: (task: () => Promise<void>) => Promise<void>;
  /** The wall clock, epoch ms. */
  nowMs: () => number;
  trouble: Trouble;
}): Dispatcher {
  const takesOnce = broker.placementWindowMs === 0;
  /** What was written here and is not handed over yet: an intent, or a trigger, which others may have written in between. */
  const fresh = new Map<OrderId, 'order_intended' | 'order_triggered'>();
  const cancelAsked = new Map<OrderId, number>();
  /** Asked, and not answered yet. */
  const cancelling = new Set<OrderId>();
  /** The venue does not want to hear of them again before that; epoch ms. */
  const notBefore = new Map<OrderId, number>();
  /** On their way, and not for too long yet. */
  const awaited = new Map<OrderId, Promise<unknown>>();
  /** Of those that took too long. */
  const conclusions = new Set<Promise<void>>();

  const isAwaited = ({ id }: OrderReference): boolean => awaited.has(id);
  const isFresh = (order: Order): boolean => fresh.get(order.id) === stepOf(order);
  const context = () => ({ portfolio: journal.state.name });
  const current = ({ id }: Pick<Order, 'id'>): Order | undefined => journal.state.orders.get(id);
  const journalled =
    (event: (portfolio: Portfolio, order: Order) => Draft | undefined) =>
    (order: Order): Promise<void> =>
      journal.transact((portfolio) => {
        const now = portfolio.orders.get(order.id);
        const draft = now && event(portfolio, now);
        return draft ? [draft] : [];
      });
  const end = (order: Order, why: Abandonment): Promise<void> =>
    journalled((portfolio, now) => (isOpen(now) ? cancelled(portfolio, now, why) : undefined))(
      order,
    );

  const abandon = async (order: Order, why: Abandonment): Promise<void> => {
    const isOurs = !takesOnce && isFresh(order);
    fresh.delete(order.id);
    if (!isOurs && (isSilent(order) || isAwaited(order))) throw unknown(order);
    if (isOurs || (await isGone(order, why))) await end(order, why);
  };
  /** An account here is not asked, it is written to, and that is waited for. */
  const isGone = (order: Order, why: Abandonment): Promise<boolean> => {
    const answer = broker.abandon(referenceOf(order), why);
    return takesOnce ? answer : within(answer, patienceMs);
  };

  const place = (order: Order, { timeMs, tapeSequence }: Moment): HandedOver => {
    fresh.delete(order.id);
    const request = asKept(requestOf(sized(order, journal.state)), broker.timesInForce);
    // What follows from a fill is placed where it was decided, whoever gets to it, and when.
    const place = isProtective(order) ? order.marketSequence : tapeSequence;
    const answer = broker
      .place({
        ...request,
        ...(tapeSequence !== undefined && place !== undefined && { tapeSequence: place }),
      })
      .finally(() => awaited.delete(order.id));
    const answered = answer.catch(() => undefined);
    const isInTime = inTime(answered);
    const patience = isInTime.then(() => awaited.delete(order.id));
    awaited.set(order.id, patience);
    return { answered, isInTime, conclude: () => conclude(order, timeMs, answer) };
  };

  /** Others may have found out about it meanwhile. */
  const conclude = async (
    order: Order,
    timeMs: number,
    answer: Promise<Placement>,
  ): Promise<void> => {
    const placement = await answer.catch(async (cause: unknown) => {
      const detail = cause instanceof Error ? cause.message : String(cause);
      await journalled((portfolio, now) =>
        isUnsent(now) && now.status !== 'unknown'
          ? outcomeUnknown(portfolio, now, { timeMs, detail })
          : undefined,
      )(order);
      throw unknown(order, cause);
    });
    // Only the time was wrong. Once it is certain that it never will be there, another may follow.
    if (!takesOnce && placement.status === 'rejected' && ofTime.has(placement.reason))
      throw new TransientError('NOT_TAKEN', `order ${order.id} was not taken: ${placement.detail}`);
    // A venue that keeps what it refuses tells of it by itself.
    if (placement.status === 'rejected' && !(await broker.reportsOf(order)))
      await journalled((portfolio, now) =>
        isUnsent(now) ? rejected(portfolio, now, { timeMs, ...placement }) : undefined,
      )(order);
    if (placement.status === 'not_taken') {
      const now = current(order);
      if (now && isUnsent(now)) {
        fresh.set(order.id, stepOf(now));
        notBefore.set(order.id, nowMs() + Math.max(placement.retryAfterMs, shortestPauseMs));
      }
      throw new TransientError('NOT_TAKEN', `order ${order.id} was not taken: ${placement.detail}`);
    }
  };

  const find = async (order: Order, timeMs: number): Promise<void> => {
    fresh.delete(order.id);
    if (isSilent(order) || isAwaited(order)) throw unknown(order);
    await within(broker.refresh([order]), patienceMs);
    if ((await broker.reportsOf(order)) !== undefined) return;
    const why = { timeMs, ...neverSent };
    if (!(await isGone(order, why))) throw unknown(order);
    await end(order, why);
  };

  /** Whoever was held up for so long would be refused, and others may have given the order up by now. */
  const isTooLate = (order: Order): boolean =>
    nowMs() - referenceOf(order).timeMs >= broker.placementWindowMs;

  const handOver = async (order: Order, asked: Moment): Promise<HandedOver> => {
    // Others may have been sent before it, and the venue may have taken its time.
    const moment = takesOnce ? asked : { ...asked, timeMs: nowMs() };
    if (isToBeHeld(order)) await hold(order, moment);
    else if (!takesOnce && (!isFresh(order) || isTooLate(order))) await find(order, moment.timeMs);
    else if (hasNothingLeft(order, journal.state))
      await abandon(order, { timeMs: moment.timeMs, ...nothingLeft });
    else if (mustNotBeSent(order, moment.timeMs, settingsOf(journal.state)))
      await abandon(order, { timeMs: moment.timeMs, ...expired });
    else return place(order, moment);
    return nothingUnderWay;
  };

  const isHeldHere = (order: Order): boolean =>
    order.type !== 'market' &&
    (!broker.orderTypes.includes(order.type) || (isProtective(order) && !broker.restsReduceOnly));

  const isToBeHeld = (order: Order): boolean => order.status === 'intended' && isHeldHere(order);
  /** Others hold it as well: whoever says so first says it for all. */
  const hold = async (order: Order, { timeMs }: Moment): Promise<void> => {
    fresh.delete(order.id);
    if (mustNotBeSent(order, timeMs, settingsOf(journal.state)))
      await end(order, { timeMs, ...expired });
    else
      await journalled((portfolio, now) =>
        now.status === 'intended' ? held(portfolio, now) : undefined,
      )(order);
  };

  const takeBack = async (order: Order, why: Abandonment): Promise<HandedOver | boolean> => {
    if (order.isHeld || isToBeHeld(order)) {
      await end(order, why);
      return true;
    }
    // What comes of it is known in a moment, and then there is something to take back, or nothing.
    if (isAwaited(order)) return false;
    if (isUnsent(order)) {
      await abandon(order, why);
      return !current(order);
    }
    const askedMs = cancelAsked.get(order.id);
    const isAsked = askedMs !== undefined && nowMs() - askedMs < cancelAgainMs;
    if (isAsked || cancelling.has(order.id)) return false;
    cancelAsked.set(order.id, nowMs());
    cancelling.add(order.id);
    const request = broker.cancel(order, why).finally(() => {
      cancelling.delete(order.id);
      cancelAsked.set(order.id, nowMs());
    });
    const answered = request.catch(() => undefined);
    return { answered, isInTime: inTime(answered), conclude: () => request };
  };

  /** What is under way after it, or whether something was done. */
  const step = async (order: Order, moment: Moment): Promise<HandedOver | boolean> => {
    if (order.cancellation) return takeBack(order, order.cancellation);
    if (isToBeHeld(order)) {
      await hold(order, moment);
      return true;
    }
    if (!isProtective(order) && !order.triggeredMs) return false;
    if (!isUnsent(order) || !(takesOnce || isFresh(order))) return false;
    if ((notBefore.get(order.id) ?? 0) > nowMs()) return false;
    return handOver(order, moment);
  };

  /** An order that cannot be dealt with now is tried again, the others do not wait for that: false. */
  const triedAgain = async (id: OrderId, work: () => Promise<boolean>): Promise<boolean> => {
    try {
      return await work();
    } catch (err) {
      if (!(err instanceof TransientError)) throw err;
      trouble.failed(`order ${id}`, err, context());
      return false;
    }
  };
  const concluded = (id: OrderId, { conclude }: HandedOver): Promise<boolean> =>
    triedAgain(id, async () => {
      await conclude();
      return true;
    });
  /** What the venue takes too long for is concluded when it answers. */
  const concludeLater = (id: OrderId, handedOver: HandedOver): void => {
    const conclusion = handedOver.answered
      .then(() => inTurn(async () => void (await concluded(id, handedOver))))
      .catch((err: unknown) => trouble.failed(`order ${id}`, err, context()))
      .finally(() => conclusions.delete(conclusion));
    conclusions.add(conclusion);
  };

  return {
    written(events) {
      for (const { type, data } of events)
        if (type === 'order_intended' || type === 'order_triggered') fresh.set(data.orderId, type);
    },
    handOver,
    abandon,
    isAwaited,
    async answered() {
      await Promise.all(awaited.values());
    },
    async idle() {
      await Promise.all(conclusions);
    },
    async carryOut(moment) {
      let isDone = false;
      for (const id of cancelAsked.keys())
        if (!journal.state.orders.has(id)) cancelAsked.delete(id);
      for (const id of notBefore.keys()) if (!journal.state.orders.has(id)) notBefore.delete(id);
      const underWay = new Map<OrderId, HandedOver>();
      // What is done here changes the map. What was triggered waits for nothing: its price is there.
      const orders = [...journal.state.orders.values()].toSorted(triggeredFirst);
      for (const { id } of orders) {
        const isOver = await triedAgain(id, async () => {
          const now = current({ id });
          const done = now ? await step(now, moment) : false;
          if (typeof done === 'boolean') return done;
          if (takesOnce) return concluded(id, done);
          underWay.set(id, done);
          return false;
        });
        isDone ||= isOver;
      }
      for (const [id, handedOver] of underWay)
        if (!(await handedOver.isInTime)) concludeLater(id, handedOver);
        else if (await concluded(id, handedOver)) isDone = true;
      return isDone;
    },
    async findOut({ timeMs }) {
      if (takesOnce) return;
      const orders = [...journal.state.orders.values()];
      for (const order of orders) {
        if (!isUnsent(order) || isFresh(order) || isAwaited(order)) continue;
        if (isToBeHeld(order)) continue;
        await find(order, timeMs).catch((err: unknown) => {
          if (!(err instanceof TransientError)) throw err;
        });
      }
    },
  };
}

/** Whether an answer comes before the patience is over. */
function inTime(answered: Promise<unknown>): Promise<boolean> {
  return within(answered, patienceMs).then(
    () => true,
    () => false,
  );
}

const nothingUnderWay: HandedOver = {
  answered: Promise.resolve(),
  isInTime: Promise.resolve(true),
  conclude: async () => undefined,
};

/** What was written last that wants the order sent. */
function stepOf({ triggeredMs }: Order): 'order_intended' | 'order_triggered' {
  return triggeredMs === undefined ? 'order_intended' : 'order_triggered';
}

function unknown({ id }: OrderReference, cause?: unknown): TransientError {
  return new TransientError('ORDER_UNKNOWN', `the outcome of order ${id} is unknown`, { cause });
}

function triggeredFirst(a: Order, b: Order): number {
  return Number(b.status === 'triggered') - Number(a.status === 'triggered');
}

/** With the time from which on the venue may have been asked. */
function referenceOf({ id, venue, symbol, timeMs, triggeredMs }: Order) {
  return { id, venue, symbol, timeMs: triggeredMs ?? timeMs };
}
