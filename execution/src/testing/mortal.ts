import type { Bucket, Bus, Delivery, FencedLog } from '@heliograph/contracts/bus';
import { concatMap, delay, map, NEVER, of, Subject, takeUntil, type Observable } from 'rxjs';
import type { Broker } from '../brokers/broker.ts';

export interface MortalOptions {
  /** At which of its operations it is killed, counted from 1, all of them or those of one name; `Infinity` for never. */
  readonly atOperation: number;
  readonly named?: string;
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
  /** What it has done, oldest first; the last one is the one that it died of. */
  readonly operations: readonly string[];
  isDead(): boolean;
  readonly died: Promise<void>;
  /** Resolves once what it died of has had its effect, if it had one. */
  atRest(): Promise<void>;
  /** Stops it for so long, as a machine does that has more to do than it can. */
  pause(durationMs: number): void;
  bus(bus: Bus): Bus;
  broker(broker: Broker): Broker;
  /** Any other operation of its. */
  step<T>(name: string, operation: () => Promise<T>): Promise<T>;
}

/** It is killed at none of them. */
export const survival: MortalOptions = { atOperation: Infinity, effect: false };

export function createMortal({
  atOperation,
  named,
  effect,
  delayMs = () => 0,
}: MortalOptions): Mortal {
  const operations: string[] = [];
  let counted = 0;
  let dead = false;
  let lastEffect: Promise<unknown> = Promise.resolve();
  let pausedUntilMs = 0;
  const death = new Subject<void>();
  const never = new Promise<never>(() => undefined);

  const waitMs = (): number => Math.max(delayMs(), pausedUntilMs - Date.now(), 0);
  const passage = async (): Promise<void> => {
    const durationMs = waitMs();
    if (durationMs > 0) await new Promise((resolve) => setTimeout(resolve, durationMs));
  };
  /** Whether it survives this; if not, whether the operation is done all the same. */
  const fateAt = (name: string): 'lives' | 'dies after' | 'dies before' | 'is dead' => {
    if (dead) return 'is dead';
    operations.push(name);
    if (named !== undefined && name !== named) return 'lives';
    if (++counted < atOperation) return 'lives';
    dead = true;
    death.next();
    return effect ? 'dies after' : 'dies before';
  };
  const step = async <T>(name: string, operation: () => Promise<T>): Promise<T> => {
    const fate = fateAt(name);
    if (fate === 'dies after') lastEffect = operation().catch(() => undefined);
    if (fate !== 'lives') return never;
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
    ack() {
      const fate = fateAt('acknowledge');
      if (fate === 'lives' || fate === 'dies after') delivery.ack();
    },
    retry: (delayMs) => dead || delivery.retry(delayMs),
    working: () => dead || Date.now() < pausedUntilMs || delivery.working(),
    reject: (error) => (dead ? never : delivery.reject(error)),
  });
  const mortalLog = (log: FencedLog): FencedLog => {
    const [name = ''] = log.prefix.split('.');
    return {
      prefix: log.prefix,
      readAfter: (sequence) => step(`read ${name}`, () => log.readAfter(sequence)),
      follow: (sequence) => alive(() => log.follow(sequence)),
      append(messages, expected) {
        const types = messages.map(({ subject }) => subject.split('.').at(-1));
        return step(`write ${name === 'trading' ? '' : 'book '}${types.join(' + ')}`, () =>
          log.append(messages, expected),
        );
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
    step,
    isDead: () => dead,
    async atRest() {
      await lastEffect;
    },
    died: new Promise((resolve) => death.subscribe(resolve)),
    pause(durationMs) {
      pausedUntilMs = Math.max(pausedUntilMs, Date.now() + durationMs);
    },
    bus: (bus) => ({
      publish: (message) => step('publish', () => bus.publish(message)),
      copies: (options) => alive(() => bus.copies(options).pipe(map(mortalDelivery))),
      queue: (options) => alive(() => bus.queue(options).pipe(map(mortalDelivery))),
      log: (prefix) => mortalLog(bus.log(prefix)),
      read: (options) => alive(() => bus.read(options)),
      lastSequence: (stream) => step('look at a stream', () => bus.lastSequence(stream)),
      streamIdentity: (stream) => step('look at a stream', () => bus.streamIdentity(stream)),
      lag: (consumer) => step('look at a stream', () => bus.lag(consumer)),
      request: (subject, body, options) =>
        step('request', () => bus.request(subject, body, options)),
      requests: (subject, options) => alive(() => bus.requests(subject, options)),
      bucket: (name) =>
        step(`open bucket ${name}`, async () => mortalBucket(name, await bus.bucket(name))),
      close: () => bus.close(),
      [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
    }),
    broker: (broker) => ({
      orderTypes: broker.orderTypes,
      restsReduceOnly: broker.restsReduceOnly,
      timesInForce: broker.timesInForce,
      placementWindowMs: broker.placementWindowMs,
      changes$: alive(() => broker.changes$),
      place: (order) => step(`place ${order.side}`, () => broker.place(order)),
      cancel: (order, why) => step('take back', () => broker.cancel(order, why)),
      abandon: (order, why) => step('give up', () => broker.abandon(order, why)),
      isForgotten: (order) => broker.isForgotten?.(order) ?? false,
      refresh: (orders) =>
        orders.length === 0
          ? broker.refresh(orders)
          : step('ask for orders', () => broker.refresh(orders)),
      reportsOf: (order) => step('ask for an order', () => broker.reportsOf(order)),
      openOrders: (symbols) => step('compare', () => broker.openOrders(symbols)),
      balances: () => step('compare', () => broker.balances()),
      positions: () => step('compare', () => broker.positions()),
      instruments: (symbols) => step('compare', () => broker.instruments(symbols)),
      clockOffsetMs: () => step('compare', () => broker.clockOffsetMs()),
      // Whoever is killed closes nothing.
      [Symbol.asyncDispose]: async () => {
        if (!dead) await broker[Symbol.asyncDispose]();
      },
    }),
  };
}
