import type { Bucket, Bus, Delivery, FencedLog } from '@heliograph/contracts/bus';
import { map, NEVER, Subject, takeUntil, type Observable } from 'rxjs';
import type { Broker } from '../brokers/broker.ts';

/** What a process does with the world outside, one operation after the other, until it is killed at one of them. */
export interface Mortality {
  /** What it has done, oldest first; the last one is the one that it died of. */
  readonly operations: readonly string[];
  isDead(): boolean;
  readonly died: Promise<void>;
  /** A bus as that process sees it: once it is dead nothing is done, answered or delivered any more. */
  bus(bus: Bus): Bus;
  broker(broker: Broker): Broker;
  /** Any other operation of its. */
  step<T>(name: string, operation: () => Promise<T>): Promise<T>;
}

/**
 * A process that is killed at its operation number `atOperation`; `effect` says whether that operation itself still
 * reaches the other side. Operations of the bus and of brokers are counted together.
 */
export function createMortality({
  atOperation,
  effect,
}: {
  atOperation: number;
  effect: boolean;
}): Mortality {
  const operations: string[] = [];
  let dead = false;
  const death = new Subject<void>();
  const never = new Promise<never>(() => undefined);

  /** Whether it is still alive after this; if not, whether the operation is done all the same. */
  const count = (name: string): 'lives' | 'dies after' | 'dies before' | 'dead' => {
    if (dead) return 'dead';
    operations.push(name);
    if (operations.length < atOperation) return 'lives';
    dead = true;
    death.next();
    return effect ? 'dies after' : 'dies before';
  };
  const step = <T>(name: string, operation: () => Promise<T>): Promise<T> => {
    const fate = count(name);
    if (fate === 'lives') return operation();
    if (fate === 'dies after') void operation().catch(() => undefined);
    return never;
  };
  const alive = <T>(stream: () => Observable<T>): Observable<T> =>
    dead ? NEVER : stream().pipe(takeUntil(death));

  const mortal = (delivery: Delivery): Delivery => ({
    ...delivery,
    ack() {
      const fate = count('acknowledge the signal');
      if (fate === 'lives' || fate === 'dies after') delivery.ack();
    },
    retry: (delayMs) => dead || delivery.retry(delayMs),
    working: () => dead || delivery.working(),
    reject: (error) => (dead ? never : delivery.reject(error)),
  });
  const mortalLog = (log: FencedLog): FencedLog => {
    const [stream = ''] = log.prefix.split('.');
    return {
      prefix: log.prefix,
      readAfter: (sequence) => step(`read ${stream}`, () => log.readAfter(sequence)),
      follow: (sequence) => alive(() => log.follow(sequence)),
      append(messages, expected) {
        const types = messages.map(({ subject }) => subject.split('.').at(-1));
        return step(`write ${stream} ${types.join(' + ')}`, () => log.append(messages, expected));
      },
    };
  };
  const mortalBucket = (name: string, bucket: Bucket): Bucket => ({
    get: (key) => step(`read bucket ${name}`, () => bucket.get(key)),
    put: (key, value) => step(`write bucket ${name}`, () => bucket.put(key, value)),
    update: (key, value, revision) =>
      step(`write bucket ${name}`, () => bucket.update(key, value, revision)),
    delete: (key) => step(`write bucket ${name}`, () => bucket.delete(key)),
    entries: () => step(`read bucket ${name}`, () => bucket.entries()),
    watch: () => alive(() => bucket.watch()),
  });

  return {
    operations,
    isDead: () => dead,
    died: new Promise((resolve) => {
      death.subscribe(resolve);
    }),
    step,
    bus: (bus) => ({
      publish: (message) => step(`publish ${message.subject}`, () => bus.publish(message)),
      copies: (options) => alive(() => bus.copies(options).pipe(map(mortal))),
      queue: (options) => alive(() => bus.queue(options).pipe(map(mortal))),
      log: (prefix) => mortalLog(bus.log(prefix)),
      read: (options) => alive(() => bus.read(options)),
      lastSequence: (stream) => step(`look at ${stream}`, () => bus.lastSequence(stream)),
      streamIdentity: (stream) => step(`look at ${stream}`, () => bus.streamIdentity(stream)),
      lag: (consumer) => step(`look at ${consumer}`, () => bus.lag(consumer)),
      request: (subject, body, options) =>
        step(`request ${subject}`, () => bus.request(subject, body, options)),
      requests: (subject, options) => alive(() => bus.requests(subject, options)),
      bucket: (name) =>
        step(`open bucket ${name}`, async () => mortalBucket(name, await bus.bucket(name))),
      close: () => bus.close(),
      [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
    }),
    broker: (broker) => ({
      ...broker,
      place: (order) => step(`place ${order.side}`, () => broker.place(order)),
      cancel: (order, why) => step('take back', () => broker.cancel(order, why)),
      abandon: (order, why) => step('give up', () => broker.abandon(order, why)),
      refresh: (orders) =>
        orders.length === 0
          ? broker.refresh(orders)
          : step('ask for orders', () => broker.refresh(orders)),
      reportsOf: (order) => step('ask for an order', () => broker.reportsOf(order)),
      openOrders: (symbols) => step('ask for open orders', () => broker.openOrders(symbols)),
      balances: () => step('ask for balances', () => broker.balances()),
      positions: () => step('ask for positions', () => broker.positions()),
      instruments: (symbols) => step('ask for instruments', () => broker.instruments(symbols)),
      clockOffsetMs: () => step('ask for the time', () => broker.clockOffsetMs()),
      changes$: alive(() => broker.changes$),
      // A process that was killed closes nothing.
      [Symbol.asyncDispose]: async () => undefined,
    }),
  };
}
