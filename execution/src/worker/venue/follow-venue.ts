import type { OrderId } from '@heliograph/contracts';
import type { Subscription } from 'rxjs';
import type { Broker } from '../../brokers/broker.ts';
import type { Answers } from './answers.ts';
import type { Strangers } from './strangers.ts';
import type { Trouble } from '../trouble.ts';

/**
 * Looks at the orders whenever the venue hints that something has become of one. A burst of fills is one look, not one
 * for each.
 */
export function followVenue({
  venue: { changes$ },
  name,
  serially,
  strangers,
  answers,
  settleOrders,
  trouble,
}: {
  venue: Pick<Broker, 'changes$'>;
  /** The portfolio's. */
  name: string;
  /** Runs a task when nothing else is done to the portfolio. */
  serially: (task: () => Promise<void>) => Promise<void>;
  strangers: Strangers;
  answers: Pick<Answers, 'hint'>;
  settleOrders: () => Promise<void>;
  trouble: Trouble;
}): Subscription {
  const following = `following the venue of ${name}`;
  /** What was hinted at and is not looked at yet. */
  const hinted = new Set<OrderId | 'any'>();
  const onHint = async (id: OrderId | 'any'): Promise<void> => {
    const isComing = hinted.size > 0;
    hinted.add(id);
    if (isComing) return;
    try {
      await serially(async () => {
        const ids = [...hinted];
        hinted.clear();
        for (const each of ids) {
          answers.hint(each);
          await strangers.look(each);
        }
        await settleOrders();
      });
      trouble.over(following);
    } catch (error) {
      trouble.failed(following, error);
    }
  };
  return changes$.subscribe({
    next: (id) => void onHint(id),
    error: (error: unknown) => trouble.failed(following, error),
  });
}
