import type { Bucket, Bus, Delivery, FencedLog } from '@heliograph/contracts/bus';
import { concatMap, delay, map, NEVER, of, Subject, takeUntil, type Observable } from 'rxjs';
import type { Broker } from '../brokers/broker.ts';

export interface MortalOptions {
  /** At which of its operations it is killed, counted from 1; `Infinity` for never. */
  readonly atOperation: number;
  /** Whether the fatal operation still reaches whom it was meant for. */
  readonly effect: boolean;
  /** How long the next thing takes to go out, or to come in, ms. Default: no time at all. */
  readonly delayMs?: () => number;
}

/**
 * A process that is killed at one of its steps: from that operation on nothing is done, answered or delivered any more.
 * It sees the bus and the venue through what it is given here.
 */
export interface Mortal {
  isDead(): boolean;
  readonly died: Promise<void>;
  /** Stops it for so long, as a machine does that has more to do than it can. */
  pause(durationMs: number): void;
  bus(bus: Bus): Bus;
  broker(broker: Broker): Broker;
}

export function createMortal({ atOperation, effect, delayMs = () => 0 }: MortalOptions): Mortal {
  let operations = 0;
  let dead = false;
  let pausedUntilMs = 0;
  const death = new Subject<void>();
  const never = new Promise<never>(() => undefined);

  const waitMs = (): number => Math.max(delayMs(), pausedUntilMs - Date.now(), 0);
  const passage = async (): Promise<void> => {
    const durationMs = waitMs();
    if (durationMs > 0) await new Promise((resolve) => setTimeout(resolve, durationMs));
  };
  const step = async <T>(operation: () => Promise<T>): Promise<T> => {
    if (dead) return never;
    if (++operations >= atOperation) {
      dead = true;
      death.next();
      if (effect) void operation().catch(() => undefined);
      return never;
    }
    await passage();
    try {
      return await operation();
    } finally {
      await passage();
      if (dead) await never;
    }
  };
  const alive = <T>(stream: () => Observable<T>): Observable<T> => {
    if (dead) return NEVER;
    const arriving = concatMap((item: T) => {
      const durationMs = waitMs();
      return durationMs > 0 ? of(item).pipe(delay(durationMs)) : of(item);
    });
    return stream().pipe(arriving, takeUntil(death));
  };

  const mortalDelivery = (delivery: Delivery): Delivery => ({
    ...delivery,
    ack: () => dead || delivery.ack(),
    retry: (delayMs) => dead || delivery.retry(delayMs),
    working: () => dead || Date.now() < pausedUntilMs || delivery.working(),
    reject: (error) => (dead ? never : delivery.reject(error)),
  });
  const mortalLog = (log: FencedLog): FencedLog => ({
    prefix: log.prefix,
    readAfter: (sequence) => step(() => log.readAfter(sequence)),
    follow: (sequence) => alive(() => log.follow(sequence)),
    append: (messages, expected) => step(() => log.append(messages, expected)),
  });
  const mortalBucket = (bucket: Bucket): Bucket => ({
    get: (key) => step(() => bucket.get(key)),
    put: (key, value) => step(() => bucket.put(key, value)),
    update: (key, value, revision) => step(() => bucket.update(key, value, revision)),
    delete: (key) => step(() => bucket.delete(key)),
    entries: () => step(() => bucket.entries()),
    watch: () => alive(() => bucket.watch()),
  });

  return {
    isDead: () => dead,
    died: new Promise((resolve) => death.subscribe(resolve)),
    pause(durationMs) {
      pausedUntilMs = Math.max(pausedUntilMs, Date.now() + durationMs);
    },
    bus: (bus) => ({
      publish: (message) => step(() => bus.publish(message)),
      copies: (options) => alive(() => bus.copies(options).pipe(map(mortalDelivery))),
      queue: (options) => alive(() => bus.queue(options).pipe(map(mortalDelivery))),
      log: (prefix) => mortalLog(bus.log(prefix)),
      read: (options) => alive(() => bus.read(options)),
      lastSequence: (stream) => step(() => bus.lastSequence(stream)),
      streamIdentity: (stream) => step(() => bus.streamIdentity(stream)),
      lag: (consumer) => step(() => bus.lag(consumer)),
      request: (subject, body, options) => step(() => bus.request(subject, body, options)),
      requests: (subject, options) => alive(() => bus.requests(subject, options)),
      bucket: async (name) => mortalBucket(await bus.bucket(name)),
      close: () => bus.close(),
      [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
    }),
    broker: (broker) => ({
      orderTypes: broker.orderTypes,
      restsReduceOnly: broker.restsReduceOnly,
      placementWindowMs: broker.placementWindowMs,
      changes$: alive(() => broker.changes$),
      place: (order) => step(() => broker.place(order)),
      cancel: (order, why) => step(() => broker.cancel(order, why)),
      abandon: (order, why) => step(() => broker.abandon(order, why)),
      refresh: (orders) => step(() => broker.refresh(orders)),
      reportsOf: (order) => step(() => broker.reportsOf(order)),
      openOrders: (symbols) => step(() => broker.openOrders(symbols)),
      balances: () => step(() => broker.balances()),
      positions: () => step(() => broker.positions()),
      instruments: (symbols) => step(() => broker.instruments(symbols)),
      clockOffsetMs: () => step(() => broker.clockOffsetMs()),
      [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
    }),
  };
}
