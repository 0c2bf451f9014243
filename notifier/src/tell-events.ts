import { TransientError } from '@heliograph/contracts';
import { handleEach, type Bus, type Delivery } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import { retry, throwError, timer } from 'rxjs';
import { hear, type Heard } from './alerts.ts';
import { createBoundedMap } from './bounded-map.ts';
import type { Lane } from './lane.ts';
import type { Beside } from './stories/stories.ts';
import type { Told, ToTell } from './to-tell.ts';

const resubscribeMs = 1_000;
/** A server that was killed hands out some hundred messages again that were acknowledged long ago. */
const rememberedMessages = 4_096;

/** One durable consumer of all that is stored for people, and the lane in which it tells it. */
export interface Teller {
  readonly consumer: string;
  readonly lane: Lane;
  readonly told: Told;
}

/**
 * Tells those events that are told in that lane, each once. Resolves when it was stopped and what is in hand is done.
 * @throws what ends the subscription for good
 */
export function tellEvents(
  { consumer, lane, told: which }: Teller,
  {
    bus,
    toTell,
    maxInFlight,
    stopping,
    log,
  }: {
    readonly bus: Bus;
    readonly toTell: ToTell;
    readonly maxInFlight: number;
    readonly stopping: AbortSignal;
    readonly log: Logger;
  },
): Promise<void> {
  const told = createBoundedMap<string, true>(rememberedMessages);
  const waiting = new Map<string, Promise<'sent' | 'kept'>>();
  const inHand = new Set<Promise<void>>();
  const tell = async (event: Heard, delivery: Delivery): Promise<void> => {
    const { message: stored } = delivery;
    const { stream, sequence } = stored;
    const key = `${stream} ${sequence} ${stored.id}`;
    if (told.has(key)) return;
    // It may come again while it waits.
    const again = waiting.get(key);
    let beside: Beside | undefined;
    const telling =
      again ??
      lane.tell({
        kind: event.type,
        storedMs: stored.storedTime,
        place: { stream, sequence, consumer },
        async message() {
          beside = await toTell(event, stored, { consumer, told: which });
          return beside?.message;
        },
        sent: async (messageId, isAlone) => beside?.sent?.(messageId, isAlone),
      });
    waiting.set(key, telling);
    const end = await telling.finally(() => waiting.delete(key));
    if (end === 'sent') told.set(key, true);
    else delivery.retry(0);
  };
  const tracked = (work: Promise<void>): Promise<void> => {
    const settled = work.catch(() => undefined).finally(() => inHand.delete(settled));
    inHand.add(settled);
    return work;
  };
  return new Promise<void>((resolve, reject) => {
    const subscription = bus
      .copies({ consumer, streams: ['TRADING', 'ALERTS', 'DEAD_LETTERS'], maxInFlight })
      .pipe(
        retry({
          delay: (error: unknown) => {
            if (!(error instanceof TransientError)) return throwError(() => error);
            log.warn({ err: error }, 'events are subscribed to again');
            return timer(resubscribeMs);
          },
          resetOnSuccess: true,
        }),
        handleEach({
          parse: hear,
          // The lane keeps the order.
          concurrency: maxInFlight,
          handle: (event, delivery) => tracked(tell(event, delivery)),
          onError: (err, { message: { stream, sequence } }) =>
            log.error({ err, stream, sequence }, 'event not told'),
        }),
      )
      .subscribe({ error: reject, complete: resolve });
    stopping.addEventListener('abort', () => {
      subscription.unsubscribe();
      resolve(Promise.all(inHand).then(() => undefined));
    });
  });
}
