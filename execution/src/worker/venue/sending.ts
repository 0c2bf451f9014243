import { TransientError, type OrderId, type ReasonCode } from '@heliograph/contracts';
import type { Abandonment, Broker, OrderReference, Placement } from '../../brokers/broker.ts';
import type { Clock } from '../../clock.ts';
import { asKept, requestOf } from '../../decision/request.ts';
import { mustNotBeSent } from '../../decision/expiry.ts';
import type { Draft } from '../../decision/state/draft.ts';
import { hasNothingLeft, sized } from '../../decision/exits/triggered-size.ts';
import { cancelled, held, outcomeUnknown, rejected } from '../../decision/state/order-events.ts';
import { dueMs, isOpen, isProtective, isUnsent, type Order } from '../../decision/state/order.ts';
import { settingsOf, type Portfolio } from '../../decision/state/portfolio.ts';
import { within } from '../../within.ts';
import { inTime, nothingUnderWay, patienceMs, type HandedOver } from './handed-over.ts';
import type { Journal } from '../journal.ts';

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

/** Sends orders, each once, finds out about those that may have been sent, and ends those that never were. */
export interface Sending {
  /**
   * To be told of whatever was written here, and since when, by the steady clock: only its author may send an order that the
   * venue might take twice.
   */
  written(events: readonly Draft[], sinceMs: number): void;
  /**
   * Hands over an order that nobody has heard of yet, or finds out about it. It resolves without the venue's answer, so
   * that many can be on their way at once.
   * @throws TransientError when that is to be tried again
   */
  handOver(order: Order, moment: Moment): Promise<HandedOver>;
  /** Whether it is to be sent now by whoever wrote it: not yet sent, and the venue has not asked for a pause. */
  isDue(order: Order): boolean;
  /** Whether it was sent, or may have been, and nobody has said what became of it. */
  isDoubtful(order: Order): boolean;
  /** Whether it is on its way and the venue's answer may come at any moment: nobody needs to ask. */
  isAwaited(order: OrderReference): boolean;
  /** Once the venue has answered to all that are awaited, or has taken too long. */
  answered(): Promise<void>;
  /** Asks the venue; what it does not have and never will ends as not sent. */
  find(order: Order, timeMs: number): Promise<void>;
  /** Whether it is held here instead of being sent, and nobody has said so yet. */
  isToBeHeld(order: Order): boolean;
  hold(order: Order, moment: Moment): Promise<void>;
  /** Sees to it that an order which did not reach the venue never will, and journals its end. */
  abandon(order: Order, why: Abandonment): Promise<void>;
  /** Journals the end of one that the venue does not have. */
  end(order: Order, why: Abandonment): Promise<void>;
  /** Forgets what concerns orders that have ended. */
  tidy(): void;
}

export function createSending({
  journal,
  broker,
  isSilent,
  clock: { nowMs, steadyMs },
}: {
  journal: Pick<Journal, 'state' | 'transact'>;
  broker: Broker;
  /** Whether the venue says nothing of it: asking again is for others, who do not wait for the answer. */
  isSilent: (order: Order) => boolean;
  clock: Clock;
}): Sending {
  const takesOnce = broker.placementWindowMs === 0;
  /** What was written here and is not handed over yet: an intent, or a trigger, which others may have written in between. */
  const fresh = new Map<OrderId, Written>();
  /** The venue does not want to hear of them again before that, by the steady clock. */
  const notBefore = new Map<OrderId, number>();
  /** What the venue has said to those that it did not take. */
  const refusals = new Map<OrderId, string>();
  /** On their way, and not for too long yet. */
  const awaited = new Map<OrderId, Promise<unknown>>();

  const isAwaited = ({ id }: OrderReference): boolean => awaited.has(id);
  const isFresh = (order: Order): boolean => fresh.get(order.id)?.step === stepOf(order);
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
    const written = fresh.get(order.id);
    fresh.delete(order.id);
    const asked = asKept(requestOf(sized(order, journal.state)), broker.timesInForce);
    // The venue takes it for so long from when it was decided, by the clock as it goes now.
    const request = takesOnce
      ? asked
      : { ...asked, timeMs: Math.floor(nowMs() - ageOf(order, written)) };
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
    return { answered, isInTime, conclude: () => conclude(order, { timeMs, answer, written }) };
  };

  /** Others may have found out about it meanwhile. */
  const conclude = async (
    order: Order,
    {
      timeMs,
      answer,
      written,
    }: { timeMs: number; answer: Promise<Placement>; written: Written | undefined },
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
    if (placement.status !== 'taken') refusals.set(order.id, placement.detail);
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
        const sinceMs = written?.sinceMs ?? steadyMs();
        fresh.set(order.id, { step: stepOf(now), sinceMs });
        notBefore.set(order.id, steadyMs() + Math.max(placement.retryAfterMs, shortestPauseMs));
      }
      throw new TransientError('NOT_TAKEN', `order ${order.id} was not taken: ${placement.detail}`);
    }
  };

  const find = async (order: Order, timeMs: number): Promise<void> => {
    fresh.delete(order.id);
    if (isSilent(order) || isAwaited(order)) throw unknown(order);
    await within(broker.refresh([order]), patienceMs);
    if ((await broker.reportsOf(order)) !== undefined) return;
    const refusal = refusals.get(order.id);
    const detail = neverSent.detail + (refusal === undefined ? '' : `, and has said: ${refusal}`);
    const why = { timeMs, ...neverSent, detail };
    if (!(await isGone(order, why))) throw unknown(order);
    await end(order, why);
  };

  /** Whoever was held up for so long would be refused, and others may have given the order up by now. */
  const isTooLate = (order: Order): boolean =>
    ageOf(order, fresh.get(order.id)) >= broker.placementWindowMs;
  /** By the clock that says more: one that was set back, or stood still while the machine slept, makes nothing younger. */
  const ageOf = (order: Order, written: Written | undefined): number =>
    Math.max(nowMs() - dueMs(order), written ? steadyMs() - written.sinceMs : 0);

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

  return {
    written(events, sinceMs) {
      for (const { type, data } of events)
        if (type === 'order_triggered' || (type === 'order_intended' && !data.writeOff))
          fresh.set(data.orderId, { step: type, sinceMs });
    },
    handOver,
    isDue: (order) =>
      isUnsent(order) &&
      (takesOnce || isFresh(order)) &&
      (notBefore.get(order.id) ?? -Infinity) <= steadyMs(),
    isDoubtful: (order) =>
      !takesOnce && isUnsent(order) && !isFresh(order) && !isAwaited(order) && !isToBeHeld(order),
    isAwaited,
    async answered() {
      await Promise.all(awaited.values());
    },
    find,
    isToBeHeld,
    hold,
    abandon,
    end,
    tidy() {
      for (const map of [notBefore, refusals])
        for (const id of map.keys()) if (!journal.state.orders.has(id)) map.delete(id);
    },
  };
}

type WantedBy = 'order_intended' | 'order_triggered';

/** What wants an order sent, and since when at the latest, by the steady clock. */
interface Written {
  readonly step: WantedBy;
  readonly sinceMs: number;
}

/** What was written last that wants the order sent. */
function stepOf({ triggeredMs }: Order): WantedBy {
  return triggeredMs === undefined ? 'order_intended' : 'order_triggered';
}

function unknown({ id }: OrderReference, cause?: unknown): TransientError {
  return new TransientError('ORDER_UNKNOWN', `the outcome of order ${id} is unknown`, { cause });
}

/** With the time from which on the venue may have been asked. */
function referenceOf(order: Order) {
  const { id, venue, symbol } = order;
  return { id, venue, symbol, timeMs: dueMs(order) };
}
