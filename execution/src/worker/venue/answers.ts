import { TransientError, type OrderId } from '@heliograph/contracts';
import type { Broker, Report } from '../../brokers/broker.ts';
import type { Clock } from '../../clock.ts';
import type { Order } from '../../decision/state/order.ts';
import type { Trouble } from '../trouble.ts';
import { within } from '../../within.ts';

/** How long an answer is waited for before everything else goes on without it. */
const patienceMs = 2_000;
/** The same where the last answer did not come either: prices must not queue up behind it. */
const impatienceMs = 250;

/** How long an order that rests at the venue is believed to rest on, where nothing hints that it does not. */
const restsMs = 5_000;

/** An order that the venue says nothing of: since when, by the steady clock, and what came instead. */
export interface Silence {
  readonly order: Order;
  readonly sinceMs: number;
  readonly error: TransientError;
}

/** What it has said of an order, and when it was asked, by the steady clock. */
interface Heard {
  readonly reports: readonly Report[];
  readonly askedMs: number;
}

interface Question {
  readonly answer: Promise<Heard>;
  /** Something was hinted at since, which it may not tell. */
  isOld: boolean;
}

/** Asks a venue about orders, each for itself: one that it says nothing of holds up none of the others. */
export interface Answers {
  /**
   * All that is known to have happened to them; of those that are silent nothing. One that rests is asked about when something
   * hints that it does no more, and every five seconds: many workers, symbols and orders are too many requests otherwise.
   */
  reportsOf(orders: readonly Order[]): Promise<readonly Report[]>;
  /** Something may have become of the order, or of any. */
  hint(id: OrderId | 'any'): void;
  /** Those it said nothing of when they were asked about last. */
  readonly silent: ReadonlyMap<OrderId, Silence>;
}

export function createAnswers({
  broker,
  isAwaited = () => false,
  clock,
  trouble,
}: {
  broker: Broker;
  /** Whether the venue is about to say by itself whether it has taken the order. */
  isAwaited?: (order: Order) => boolean;
  clock: Clock;
  trouble: Trouble;
}): Answers {
  const silent = new Map<OrderId, Silence>();
  /** Questions without an answer yet: it is waited for again instead of asking again. */
  const asked = new Map<OrderId, Question>();
  /** Answers that came when nobody waited for them any more. */
  const late = new Map<OrderId, Heard>();
  /** What was said of each last. */
  const said = new Map<OrderId, Heard>();

  const ask = (order: Order): Question => {
    const pending = asked.get(order.id);
    if (pending) return pending;
    const tell = async (): Promise<Heard> => {
      const askedMs = clock.steadyMs();
      try {
        if (!isAwaited(order)) await broker.refresh([order]);
        const reports = (await broker.reportsOf(order)) ?? [];
        const heardMs = clock.nowMs();
        return { reports: reports.map((report) => notAfter(heardMs, report)), askedMs };
      } finally {
        if (asked.get(order.id) === question) asked.delete(order.id);
      }
    };
    const question: Question = { answer: tell(), isOld: false };
    asked.set(order.id, question);
    // Nobody may be waiting for it any more.
    question.answer.catch(() => undefined);
    return question;
  };

  const answerTo = async (order: Order): Promise<readonly Report[]> => {
    const { id } = order;
    const before = said.get(id);
    if (before && rests(order) && clock.steadyMs() - before.askedMs < restsMs)
      return before.reports;
    const what = `asking about order ${id}`;
    const waitMs = silent.has(id) ? impatienceMs : patienceMs;
    const question = ask(order);
    try {
      const heard = late.get(id) ?? (await within(question.answer, waitMs));
      late.delete(id);
      silent.delete(id);
      if (!question.isOld) said.set(id, heard);
      trouble.over(what);
      return heard.reports;
    } catch (err) {
      if (!(err instanceof TransientError)) throw err;
      question.answer.then(
        (heard) => void (question.isOld || late.set(id, heard)),
        () => undefined,
      );
      const { sinceMs } = silent.get(id) ?? { sinceMs: clock.steadyMs() };
      const message = `no answer about order ${id} in ${order.symbol}: ${err.message}`;
      const error = new TransientError('VENUE_NO_ANSWER', message, { cause: err });
      silent.set(id, { order, sinceMs, error });
      trouble.failed(what, err);
      return [];
    }
  };

  /** What was asked before a hint may not tell of it: neither is it believed, nor waited for. */
  const forget = (id: OrderId): void => {
    const question = asked.get(id);
    if (question) question.isOld = true;
    for (const map of [asked, late, said]) map.delete(id);
  };

  return {
    silent,
    async reportsOf(orders) {
      const meant = new Set(orders.map(({ id }) => id));
      for (const map of [silent, late, said])
        for (const id of map.keys()) if (!meant.has(id)) map.delete(id);
      return (await Promise.all(orders.map(answerTo))).flat();
    },
    hint(id) {
      const known = [...asked.keys(), ...late.keys(), ...said.keys()];
      for (const each of id === 'any' ? known : [id]) forget(each);
    },
  };
}

/** Whether it waits for the market. What leaves at once, is on its way, or is taken back, will be something else soon. */
function rests({ status, type, timeInForce, triggeredMs, cancellation }: Order): boolean {
  const worksThere = status === 'accepted' || status === 'partially_filled';
  // What execution has held itself goes out as a market order.
  const mayWait =
    type !== 'market' &&
    triggeredMs === undefined &&
    timeInForce !== 'IOC' &&
    timeInForce !== 'FOK';
  return worksThere && mayWait && !cancellation;
}

/**
 * A venue whose clock is ahead tells of what is still to come. Breakers, pauses and comparisons would wait until then, so
 * that what is heard has happened by now.
 */
function notAfter(nowMs: number, report: Report): Report {
  return report.timeMs > nowMs ? { ...report, timeMs: nowMs } : report;
}
