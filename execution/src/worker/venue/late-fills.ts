import type { OrderId } from '@heliograph/contracts';
import type { Broker, Report } from '../../brokers/broker.ts';
import type { Clock } from '../../clock.ts';
import { dueMs, type Order } from '../../decision/state/order.ts';
import type { Journal } from '../journal.ts';
import type { Trouble } from '../trouble.ts';
import { createAnswers } from './answers.ts';

/** How long an order that has ended is asked about. */
const lateFillsMs = 900_000;
/** Each is a request, and whatever else the venue is asked, or sent, waits behind it. */
const mostAtOnce = 10;

/** What ended unfilled may be filled all the same: a request was late, or a fill overtook a cancel. */
export interface LateFills {
  /**
   * What the venue says of orders that have ended. Each is asked about at once, again whenever it has become twice as old, and
   * for the last time when it is a quarter of an hour old; where they are many, those first that were not asked about for
   * longest. `all` asks about all of them.
   */
  look(options: { all: boolean }): Promise<Look>;
}

export interface Look {
  readonly reports: readonly Report[];
  /** They are in the journal: until then those orders count as not asked about. */
  booked(): void;
}

/** When it was to be sent and was asked about last, by the steady clock. */
interface Asked {
  readonly sentMs: number;
  readonly askedMs: number;
  /** Nothing was said of it. */
  readonly isSilent: boolean;
}

export function createLateFills({
  journal,
  broker,
  clock: { nowMs, steadyMs },
  trouble,
}: {
  journal: Pick<Journal, 'state'>;
  broker: Broker;
  clock: Clock;
  trouble: Trouble;
}): LateFills {
  const answers = createAnswers({ broker, clock: { nowMs, steadyMs }, trouble });
  const asked = new Map<OrderId, Asked>();

  /** By the wall clock when it is first seen here, for others may have sent it; from then on it ages evenly. */
  const seen = (order: Order): Asked => {
    const sentMs = steadyMs() - Math.max(0, nowMs() - dueMs(order));
    const known = asked.get(order.id) ?? { sentMs, askedMs: -Infinity, isSilent: false };
    asked.set(order.id, known);
    return known;
  };
  const isDue = (order: Order): boolean => {
    const { sentMs, askedMs, isSilent } = seen(order);
    const ageMs = steadyMs() - sentMs;
    const askedAgeMs = askedMs - sentMs;
    if (askedMs === -Infinity) return ageMs < lateFillsMs;
    return askedAgeMs < lateFillsMs && (isSilent || ageMs >= Math.min(2 * askedAgeMs, lateFillsMs));
  };

  return {
    async look({ all }) {
      const { endedOrders } = journal.state;
      for (const id of asked.keys()) if (!endedOrders.has(id)) asked.delete(id);
      const due = [...endedOrders.values()]
        // Of what was only held here the venue never knew.
        .filter((order) => order.status !== 'filled' && !order.isHeld && isDue(order))
        .toReversed()
        .toSorted((a, b) => (seen(a).askedMs < seen(b).askedMs ? -1 : 1));
      const chosen = all ? due : due.slice(0, mostAtOnce);
      const reports = await answers.reportsOf(chosen);
      const askedMs = steadyMs();
      const now = chosen.map(({ id }) => [id, answers.silent.has(id)] as const);
      return {
        reports,
        booked() {
          for (const [id, isSilent] of now) {
            const known = asked.get(id);
            if (known) asked.set(id, { ...known, askedMs, isSilent });
          }
        },
      };
    },
  };
}
