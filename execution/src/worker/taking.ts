import {
  TransientError,
  type EventId,
  type OrderId,
  type TradeSignal,
} from '@heliograph/contracts';
import { isProtective, isUnsent, type Order } from '../decision/state/order.ts';
import type { Dispatcher } from './venue/dispatcher.ts';
import type { HandedOver } from './venue/handed-over.ts';
import type { Journal } from './journal.ts';
import type { Moment } from './venue/sending.ts';

/** Takes a signal: decides it, hands its orders over, and journals what the venue says of them. */
export interface Taking {
  /**
   * Safe to repeat at any point: it converges.
   * @throws TransientError when it is to be tried again
   */
  take(signal: TradeSignal): Promise<void>;
}

/**
 * The portfolio is held while something is decided and written, and not while the venue takes its time: signals that come
 * together are on their way together, and a request that hangs keeps nothing else back.
 */
export function createTaking({
  serial,
  journal,
  dispatcher,
  placesOneByOne,
  settleOrders,
  momentOf,
  prepare,
  decide,
  mirror,
}: {
  serial: <T>(task: () => Promise<T>) => Promise<T>;
  journal: Pick<Journal, 'state'>;
  dispatcher: Pick<Dispatcher, 'handOver'>;
  /** The venue is an account here, to which one thing is done after the other. */
  placesOneByOne: boolean;
  settleOrders: (timeMs: number) => Promise<void>;
  momentOf: (signal: TradeSignal) => Moment;
  /** What must be so before anything is decided. */
  prepare: (signal: TradeSignal) => Promise<void>;
  /** Writes down what becomes of the signal, once. */
  decide: (signal: TradeSignal) => Promise<void>;
  /** Tells people and other workers what the portfolio's limits have done. */
  mirror: () => Promise<void>;
}): Taking {
  interface Sent {
    readonly tried: ReadonlySet<OrderId>;
    readonly underWay: HandedOver[];
    readonly failures: unknown[];
  }

  const nextUnsent = (signal: TradeSignal, tried: ReadonlySet<OrderId>): Order | undefined =>
    [...journal.state.orders.values()].find(
      (order) =>
        order.signalId === signal.id &&
        !tried.has(order.id) &&
        !isProtective(order) &&
        isUnsent(order) &&
        !order.cancellation,
    );

  /** An exit may take several orders; one that fails keeps none of the others back. */
  const handOverAll = async (signal: TradeSignal): Promise<Sent> => {
    const underWay: HandedOver[] = [];
    const failures: unknown[] = [];
    const tried = new Set<OrderId>();
    for (let order = nextUnsent(signal, tried); order; order = nextUnsent(signal, tried)) {
      tried.add(order.id);
      try {
        const handedOver = await dispatcher.handOver(order, momentOf(signal));
        if (placesOneByOne) await handedOver.answered;
        underWay.push(handedOver);
      } catch (error) {
        failures.push(error);
      }
    }
    return { tried, underWay, failures };
  };

  const begin = async (signal: TradeSignal): Promise<Sent> => {
    await prepare(signal);
    await decide(signal);
    return handOverAll(signal);
  };

  const finish = async (
    signal: TradeSignal,
    { tried, underWay, failures }: Sent,
  ): Promise<void> => {
    for (const { conclude } of underWay)
      await conclude().catch((error: unknown) => failures.push(error));
    await settleOrders(momentOf(signal).timeMs);
    if (failures.length > 0) throw failures[0];
    // Somebody else may have handed another one over meanwhile.
    const left = nextUnsent(signal, tried);
    if (left) throw new TransientError('ORDER_UNKNOWN', `order ${left.id} is on its way`);
    await mirror();
  };

  const takeOnce = async (signal: TradeSignal): Promise<void> => {
    if (placesOneByOne) return serial(async () => finish(signal, await begin(signal)));
    const sent = await serial(() => begin(signal));
    await Promise.all(sent.underWay.map(({ answered }) => answered));
    return serial(() => finish(signal, sent));
  };

  const takeWhole = async (signal: TradeSignal): Promise<void> => {
    // An order that turns out never to have reached the venue gives way to another one.
    do await takeOnce(signal);
    while (journal.state.unsent.has(signal.id));
  };
  /** The bus hands a signal out again when it hears nothing for a while. */
  const taken = new Map<EventId, Promise<void>>();
  return {
    take(signal) {
      const again = taken.get(signal.id);
      if (again) return again;
      const work = takeWhole(signal).finally(() => taken.delete(signal.id));
      taken.set(signal.id, work);
      return work;
    },
  };
}
