import { Observable } from 'rxjs';
import { PermanentError, TransientError } from '../errors.ts';
import type { Delivery, StoredMessage } from './bus.ts';

export interface HandleEachOptions<E> {
  /** Reads a message; what it throws is a reason to reject. */
  readonly parse: (message: StoredMessage) => E;
  /** Does the work. Must bear being called again with the same event. */
  readonly handle: (event: E, delivery: Delivery) => Promise<void>;
  /** Told of every failure, before the delivery is answered. */
  readonly onError?: (error: unknown, delivery: Delivery) => void;
  /**
   * How many are worked on at once. Default 1: in order. `Infinity` for `queue()`, whose partitions bound it and keep
   * the order of each symbol.
   */
  readonly concurrency?: number;
  /** How long after a failure the message comes again. Default 1000. */
  readonly retryDelayMs?: number;
  /** How often a message that meets a bug is tried before it is a dead letter. Default 5. */
  readonly maxAttempts?: number;
}

/** The bus hears that a message is still worked on after that part of the time that it waits. */
const workingAfter = 0.3;

/**
 * Works off deliveries and answers each: done is an ack; a message that cannot be parsed and a PermanentError make a
 * dead letter; a TransientError is tried again for as long as it takes; any other error is a bug, tried again
 * `maxAttempts` times and then a dead letter. No message ends the stream. Once unsubscribed it begins no other, gives
 * back what it has not begun, and answers what it has begun when that is done.
 */
export function handleEach<E>(options: HandleEachOptions<E>) {
  const { concurrency = 1 } = options;
  return (deliveries$: Observable<Delivery>): Observable<never> =>
    new Observable((subscriber) => {
      const waiting: Held[] = [];
      let begun = 0;
      let completed = false;

      const advance = (): void => {
        while (begun < concurrency) {
          const held = waiting.shift();
          if (held === undefined) break;
          begun++;
          void work(held.delivery, options).finally(() => {
            clearInterval(held.timer);
            begun--;
            advance();
          });
        }
        if (completed && begun === 0) subscriber.complete();
      };

      const source = deliveries$.subscribe({
        next: (delivery) => {
          const timer = setInterval(() => delivery.working(), delivery.ackWaitMs * workingAfter);
          waiting.push({ delivery, timer });
          advance();
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          completed = true;
          advance();
        },
      });

      return () => {
        source.unsubscribe();
        for (const { delivery, timer } of waiting.splice(0)) {
          clearInterval(timer);
          delivery.retry(0);
        }
      };
    });
}

/** A delivery that is kept from being handed to somebody else. */
interface Held {
  readonly delivery: Delivery;
  readonly timer: NodeJS.Timeout;
}

async function work<E>(delivery: Delivery, options: HandleEachOptions<E>): Promise<void> {
  const { handle, onError, retryDelayMs = 1_000, maxAttempts = 5 } = options;
  try {
    await handle(parsed(delivery, options), delivery);
    delivery.ack();
  } catch (error) {
    onError?.(error, delivery);
    const isBug = !(error instanceof TransientError || error instanceof PermanentError);
    if (error instanceof PermanentError || (isBug && delivery.deliveryCount >= maxAttempts))
      // A letter that cannot be kept leaves the message with the bus, which hands it out again.
      await delivery.reject(describe(error)).catch(() => undefined);
    else delivery.retry(retryDelayMs);
  }
}

function parsed<E>(delivery: Delivery, { parse }: HandleEachOptions<E>): E {
  try {
    return parse(delivery.message);
  } catch (cause) {
    if (cause instanceof PermanentError) throw cause;
    throw new PermanentError('INVALID_MESSAGE', describe(cause), { cause });
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code}: ` : '';
  return `${code}${error.message}`;
}
