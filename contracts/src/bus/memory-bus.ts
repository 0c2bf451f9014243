import { Observable } from 'rxjs';
import type { Bus, Delivery, FencedLog, Request, StoredMessage } from './bus.ts';
import { busClosed, noConsumer, noResponders, requestTimeout } from './bus-errors.ts';
import { createInFlight } from './in-flight.ts';
import { createMemoryBucket } from './memory-bucket.ts';
import { createMemoryConsumer, type MemoryConsumer } from './memory-consumer.ts';
import type { MemoryStore, Responder } from './memory-store.ts';
import type { MemoryStream } from './memory-stream.ts';
import { partitionOf } from './partition.ts';
import type { StreamName } from './streams.ts';
import { streamList, streamOfLog, subjectMatches } from './subject-match.ts';

const requestTimeoutMs = 5_000;

/** One participant's handle on a memory server. */
export function connectMemoryBus(store: MemoryStore): Bus {
  const { consumers, buckets, responders, options } = store;
  const inFlight = createInFlight();
  const stops = new Set<() => void>();
  let closed = false;

  const streamNamed = (name: StreamName): MemoryStream => {
    if (closed) throw busClosed();
    return store.stream(name);
  };

  /** An Observable that ends when the bus closes. */
  const open = <T>(start: (next: (value: T) => void, complete: () => void) => () => void) =>
    new Observable<T>((subscriber) => {
      if (closed) return subscriber.error(busClosed());
      const stop = (): void => subscriber.complete();
      stops.add(stop);
      subscriber.add(() => stops.delete(stop));
      subscriber.add(
        start(
          (value) => subscriber.next(value),
          () => subscriber.complete(),
        ),
      );
      return undefined;
    });

  const consumerNamed = (
    key: string,
    name: string,
    stream: StreamName,
    accepts: (message: StoredMessage) => boolean,
  ): MemoryConsumer => {
    const existing = consumers.get(key);
    if (existing !== undefined) return existing;
    const created = createMemoryConsumer({
      name,
      stream: streamNamed(stream),
      accepts,
      ackWaitMs: options.ackWaitMs,
      maxDeliver: options.maxDeliver,
      bus: store,
    });
    consumers.set(key, created);
    return created;
  };

  const messagesAfter = (stream: StreamName, sequence: number, subject: string): StoredMessage[] =>
    streamNamed(stream)
      .messages.slice(sequence)
      .filter((message) => subjectMatches(subject, message.subject));

  const read: Bus['read'] = ({ stream, subject = '>', from, follow = false }) =>
    open<StoredMessage>((next, complete) => {
      const start =
        from === undefined
          ? 0
          : 'sequence' in from
            ? from.sequence - 1
            : streamNamed(stream).messages.filter(({ storedTime }) => storedTime < from.timeMs)
                .length;
      const stop = follow
        ? streamNamed(stream).onStored((message) => {
            if (message.sequence > start && subjectMatches(subject, message.subject)) next(message);
          })
        : () => undefined;
      for (const message of messagesAfter(stream, Math.max(start, 0), subject)) next(message);
      if (!follow) complete();
      return stop;
    });

  const log = (prefix: string): FencedLog => {
    const stream = streamOfLog(prefix);
    const subject = `${prefix}.>`;
    return {
      prefix,
      readAfter: async (sequence) => messagesAfter(stream, sequence, subject),
      follow: (sequence) =>
        read({ stream, subject, from: { sequence: sequence + 1 }, follow: true }),
      append: async (messages, expectedSequence) =>
        streamNamed(stream).append(prefix, messages, expectedSequence),
    };
  };

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= (async () => {
      for (const stop of stops) stop();
      await inFlight.settled(options.drainTimeoutMs);
      closed = true;
    })());

  return {
    publish: async (message) => {
      if (closed) throw busClosed();
      return store.publish(message);
    },
    copies: ({ consumer, streams: names, maxInFlight = 1, after = {} }) =>
      open<Delivery>((emit) => {
        const detach = names.map((name) => {
          const durable = consumerNamed(`${consumer}-${name}`, consumer, name, () => true);
          const kept = after[name];
          if (kept !== undefined) durable.rewind(kept);
          return durable.attach({ emit, maxInFlight, inFlight });
        });
        return () => detach.forEach((stop) => stop());
      }),
    queue: ({ group }) =>
      open<Delivery>((emit) => {
        const detach = Array.from({ length: options.partitions }, (_, partition) =>
          consumerNamed(`${group}-p${partition}`, group, 'SIGNALS', ({ subject }) => {
            return partitionOf(subject, options.partitions) === partition;
          }).attach({ emit, maxInFlight: 1, inFlight }),
        );
        return () => detach.forEach((stop) => stop());
      }),
    log,
    read,
    lastSequence: async (stream) => streamNamed(stream).messages.length,
    streamIdentity: async (stream) => streamNamed(stream).identity,
    lag: async (consumer) => {
      const durables = streamList.flatMap(({ name }) => consumers.get(`${consumer}-${name}`) ?? []);
      if (durables.length === 0) throw noConsumer(consumer);
      return durables.reduce((sum, durable) => sum + durable.lag(), 0);
    },
    request: (subject, body, { timeoutMs = requestTimeoutMs } = {}) =>
      ask(responders, subject, body, timeoutMs),
    requests: (subject, { group } = {}) =>
      open<Request>((next) => {
        const responder: Responder = { subject, group, take: next };
        responders.add(responder);
        return () => void responders.delete(responder);
      }),
    async bucket(name) {
      if (closed) throw busClosed();
      const shared = buckets.get(name) ?? createMemoryBucket();
      buckets.set(name, shared);
      return {
        ...shared,
        watch: () =>
          open((next) => {
            const watching = shared.watch().subscribe(next);
            return () => watching.unsubscribe();
          }),
      };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The first answer counts; of the responders of one group a single one is asked, in turn. */
async function ask(
  responders: Set<Responder>,
  subject: string,
  body: string,
  timeoutMs: number,
): Promise<string> {
  const able = [...responders].filter((responder) => subjectMatches(responder.subject, subject));
  if (able.length === 0) throw noResponders(subject);
  const asked = able.filter(
    ({ group }, index) =>
      group === undefined || able.findIndex((other) => other.group === group) === index,
  );
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(requestTimeout(subject, timeoutMs)), timeoutMs);
    const respond = (answer: string): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    for (const responder of asked) {
      // To the end of the queue: the next request of its group goes to another.
      responders.delete(responder);
      responders.add(responder);
      queueMicrotask(() => responder.take({ subject, body, respond }));
    }
  });
}
