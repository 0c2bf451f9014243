import { TransientError, type OrderId } from '@heliograph/contracts';
import type { Broker } from '../../brokers/broker.ts';
import type { Clock } from '../../clock.ts';
import { isProtective, type Order } from '../../decision/state/order.ts';
import type { HandedOver } from './handed-over.ts';
import type { Journal } from '../journal.ts';
import { createSending, type Moment, type Sending } from './sending.ts';
import { createTakingBack } from './taking-back.ts';
import type { Trouble } from '../trouble.ts';

/**
 * Carries out at the venue what the journal says is to be done: sends, takes back, finds out. Each step may be repeated
 * by any worker after any crash. Where the venue takes an id once and for all, an order is simply sent again; elsewhere
 * only whoever wrote the intent sends it, once, and everybody else waits until it is certain what became of it.
 */
export interface Dispatcher extends Pick<
  Sending,
  'written' | 'handOver' | 'isAwaited' | 'answered' | 'abandon'
> {
  /** Once what took too long is answered and concluded as well. */
  idle(): Promise<void>;
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
  clock,
  trouble,
}: {
  journal: Journal;
  broker: Broker;
  /** Whether the venue says nothing of it: asking again is for others, who do not wait for the answer. */
  isSilent?: (order: Order) => boolean;
  /** Runs what an answer makes necessary that nobody waits for any more, when nothing else is done to the portfolio. */
  inTurn: (task: () => Promise<void>) => Promise<void>;
  clock: Clock;
  trouble: Trouble;
}): Dispatcher {
  const takesOnce = broker.placementWindowMs === 0;
  const sending = createSending({ journal, broker, isSilent, clock });
  const takingBack = createTakingBack({ journal, broker, sending, clock });
  const { written, handOver, isAwaited, answered, abandon } = sending;
  /** Of those that took too long. */
  const conclusions = new Set<Promise<void>>();
  const context = () => ({ portfolio: journal.state.name });

  /** What is under way after it, or whether something was done. */
  const step = async (order: Order, moment: Moment): Promise<HandedOver | boolean> => {
    if (order.cancellation) return takingBack.takeBack(order, order.cancellation);
    if (sending.isToBeHeld(order)) {
      await sending.hold(order, moment);
      return true;
    }
    if (!isProtective(order) && !order.triggeredMs) return false;
    return sending.isDue(order) && sending.handOver(order, moment);
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
    written,
    handOver,
    isAwaited,
    answered,
    abandon,
    async idle() {
      await Promise.all(conclusions);
    },
    async carryOut(moment) {
      let isDone = false;
      sending.tidy();
      takingBack.tidy();
      const underWay = new Map<OrderId, HandedOver>();
      // What is done here changes the map. What was triggered waits for nothing: its price is there.
      const orders = [...journal.state.orders.values()].toSorted(triggeredFirst);
      for (const { id } of orders) {
        const isOver = await triedAgain(id, async () => {
          const now = journal.state.orders.get(id);
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
      for (const order of [...journal.state.orders.values()].filter(sending.isDoubtful))
        await sending.find(order, timeMs).catch((err: unknown) => {
          if (!(err instanceof TransientError)) throw err;
        });
    },
  };
}

function triggeredFirst(a: Order, b: Order): number {
  return Number(b.status === 'triggered') - Number(a.status === 'triggered');
}
