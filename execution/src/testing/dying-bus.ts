import type { Bus, Delivery, FencedLog } from '@heliograph/contracts/bus';
import { map, NEVER, Subject, takeUntil, type Observable } from 'rxjs';

/**
 * A bus as a process sees it that is killed at one of its steps: from that operation on nothing is done, answered or
 * delivered any more. `effect` says whether the fatal operation itself still reaches the server.
 */
export function createDyingBus(
  bus: Bus,
  { atOperation, effect }: { atOperation: number; effect: boolean },
): { bus: Bus; isDead(): boolean; died: Promise<void> } {
  let operations = 0;
  let dead = false;
  const death = new Subject<void>();
  const never = new Promise<never>(() => undefined);

  const step = <T>(operation: () => Promise<T>): Promise<T> => {
    if (dead) return never;
    if (++operations < atOperation) return operation();
    dead = true;
    death.next();
    if (effect) void operation();
    return never;
  };
  const alive = <T>(stream: () => Observable<T>): Observable<T> =>
    dead ? NEVER : stream().pipe(takeUntil(death));
  const mortal = (delivery: Delivery): Delivery => ({
    ...delivery,
    ack: () => dead || delivery.ack(),
    retry: (delayMs) => dead || delivery.retry(delayMs),
    working: () => dead || delivery.working(),
    reject: (error) => (dead ? never : delivery.reject(error)),
  });
  const deadLog = (log: FencedLog): FencedLog => ({
    prefix: log.prefix,
    readAfter: (sequence) => step(() => log.readAfter(sequence)),
    follow: (sequence) => alive(() => log.follow(sequence)),
    append: (messages, expected) => step(() => log.append(messages, expected)),
  });

  return {
    isDead: () => dead,
    died: new Promise((resolve) => death.subscribe(resolve)),
    bus: {
      publish: (message) => step(() => bus.publish(message)),
      copies: (options) => alive(() => bus.copies(options).pipe(map(mortal))),
      queue: (options) => alive(() => bus.queue(options).pipe(map(mortal))),
      log: (prefix) => deadLog(bus.log(prefix)),
      read: (options) => alive(() => bus.read(options)),
      lastSequence: (stream) => step(() => bus.lastSequence(stream)),
      streamIdentity: (stream) => step(() => bus.streamIdentity(stream)),
      lag: (consumer) => step(() => bus.lag(consumer)),
      request: (subject, body, options) => step(() => bus.request(subject, body, options)),
      requests: (subject, options) => alive(() => bus.requests(subject, options)),
      bucket: (name) => step(() => bus.bucket(name)),
      close: () => bus.close(),
      [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
    },
  };
}
