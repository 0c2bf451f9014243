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
  const asked = new Map<OrderId, Promise<readonly Report[]>>();
  /** What was said of each last, and when, by the steady clock. */
  const said = new Map<
    OrderId,
    { readonly reports: readonly Report[]; readonly askedMs: number }
  >();
  let hints = 0;
  /** Answers that came when nobody waited for them any more. */
  const late = new Map<OrderId, readonly Report[]>();

  const ask = (order: Order): Promise<readonly Report[]> => {
    const pending = asked.get(order.id);
    if (pending) return pending;
    const answer = (async () => {
      try {
        if (!isAwaited(order)) await broker.refresh([order]);
        const reports = (await broker.reportsOf(order)) ?? [];
        const heardMs = clock.nowMs();
        return reports.map((report) => notAfter(heardMs, report));
      } finally {
        asked.delete(order.id);
      }
    })();
    asked.set(order.id, answer);
    // Nobody may be waiting for it any more.
    answer.catch(() => undefined);
    return answer;
  };

  const answerTo = async (order: Order): Promise<readonly Report[]> => {
    const before = said.get(order.id);
    if (before && rests(order) && clock.steadyMs() - before.askedMs < restsMs)
      return before.reports;
    const heard = { hints, askedMs: clock.steadyMs() };
    const what = `asking about order ${order.id}`;
    const waitMs = silent.has(order.id) ? impatienceMs : patienceMs;
    const answer = ask(order);
    try {
      const reports = late.get(order.id) ?? (await within(answer, waitMs));
      late.delete(order.id);
      silent.delete(order.id);
      // A hint that came meanwhile may be of what came after the answer.
      if (heard.hints === hints) said.set(order.id, { reports, askedMs: heard.askedMs });
      trouble.over(what);
      return reports;
    } catch (err) {
      if (!(err instanceof TransientError)) throw err;
      answer.then(
        (reports) => late.set(order.id, reports),
        () => undefined,
      );
      const { sinceMs } = silent.get(order.id) ?? { sinceMs: clock.steadyMs() };
      const message = `no answer about order ${order.id} in ${order.symbol}: ${err.message}`;
      const error = new TransientError('VENUE_NO_ANSWER', message, { cause: err });
      silent.set(order.id, { order, sinceMs, error });
      trouble.failed(what, err);
      return [];
    }
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
      hints++;
      if (id === 'any') said.clear();
      else said.delete(id);
    },
  };
}

/** Whether it waits for the market. What leaves at once, is on its way, or is taken back, will be something else soon. */
function rests({ status, type, cancellation }: Order): boolean {
  const worksThere = status === 'accepted' || status === 'partially_filled';
  return worksThere && type !== 'market' && !cancellation;
}

/**
 * A venue whose clock is ahead tells of what is still to come. Breakers, pauses and comparisons would wait until then, so
 * that what is heard has happened by now.
 */
function notAfter(nowMs: number, report: Report): Report {
  return report.timeMs > nowMs ? { ...report, timeMs: nowMs } : report;
}
