import { jetstream, type StreamInfo } from '@nats-io/jetstream';
import { merge } from 'rxjs';
import type { Bus } from './bus.ts';
import { noConsumer } from './bus-errors.ts';
import { createInFlight } from './in-flight.ts';
import { openBucket } from './jetstream-bucket.ts';
import { connectNats } from './jetstream-connect.ts';
import type { JetStreamContext } from './jetstream-context.ts';
import { deliveries, findConsumer } from './jetstream-deliveries.ts';
import { inBusTerms } from './jetstream-errors.ts';
import { createLog } from './jetstream-log.ts';
import { complete, type JetStreamBusOptions } from './jetstream-options.ts';
import { provision } from './jetstream-provision.ts';
import { publish } from './jetstream-publish.ts';
import { read } from './jetstream-read.ts';
import { request, requests } from './jetstream-requests.ts';
import { partitionFilter } from './stored-subject.ts';
import { streamList } from './subject-match.ts';

export type { JetStreamBusOptions, JetStreamCredentials } from './jetstream-options.ts';

/** Closing gives the last acks this long to get through, whatever time the handlers have used up. */
const lastWordsMs = 500;

/**
 * Connects to a NATS server and makes the streams that are missing.
 * @throws UserError when the server cannot be reached, refuses, or cannot do what is needed
 */
export async function connectJetStreamBus(options: JetStreamBusOptions): Promise<Bus> {
  const settings = complete(options);
  const interruptions = new Set<() => void>();
  const onConnection = (state: 'lost' | 'back'): void => {
    settings.onConnection?.(state);
    if (state === 'back') for (const interrupted of interruptions) interrupted();
  };
  const nc = await connectNats({ ...settings, onConnection });
  const js = jetstream(nc);
  const context: JetStreamContext = {
    nc,
    js,
    jsm: await js.jetstreamManager(false),
    options: settings,
    inFlight: createInFlight(),
    stops: new Set(),
    interruptions,
    draining: new Set(),
  };
  try {
    if (settings.provision) await provision(context.jsm, settings);
  } catch (error) {
    await nc.close();
    throw error;
  }
  return createBus(context);
}

function createBus(context: JetStreamContext): Bus {
  const { nc, options, inFlight, stops, draining } = context;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closing ??= (async () => {
      const deadline = performance.now() + options.drainTimeoutMs;
      const left = (): number => Math.max(deadline - performance.now(), lastWordsMs);
      for (const stop of stops) stop();
      await atMost(left(), Promise.all(draining));
      await inFlight.settled(left());
      // Without a server there is nobody to say goodbye to.
      await atMost(left(), nc.drain()).catch(() => undefined);
      await nc.close();
    })());

  return {
    serverVersion: nc.info?.version,
    publish: (message) => publish(context, message),
    copies: ({ consumer, streams, maxInFlight = 1, after = {} }) =>
      merge(
        ...streams.map((stream) =>
          deliveries(context, {
            stream,
            durable: `${consumer}-${stream}`,
            consumer,
            maxInFlight,
            after: after[stream],
          }),
        ),
      ),
    queue: ({ group }) =>
      merge(
        ...Array.from({ length: options.partitions }, (_, partition) =>
          deliveries(context, {
            stream: 'SIGNALS',
            durable: `${group}-p${partition}`,
            consumer: group,
            // One at a time: the next signal of a symbol waits for the last one's answer, whoever works on it.
            maxInFlight: 1,
            filter: partitionFilter('SIGNALS', partition),
          }),
        ),
      ),
    log: (prefix) => createLog(context, prefix),
    read: (what) => read(context, what),
    async lastSequence(stream) {
      const { state } = await streamInfo(context, stream);
      return state.last_seq;
    },
    async streamIdentity(stream) {
      const { created } = await streamInfo(context, stream);
      return `${stream} ${created}`;
    },
    async lag(consumer) {
      const found = await inBusTerms(
        `cannot look up consumer ${consumer}`,
        Promise.all(
          streamList.map(({ name }) => findConsumer(context, name, `${consumer}-${name}`)),
        ),
      );
      const infos = found.filter((info) => info !== undefined);
      if (infos.length === 0) throw noConsumer(consumer);
      return infos.reduce((sum, info) => sum + info.num_pending + info.num_ack_pending, 0);
    },
    request: (...what) => request(context, ...what),
    requests: (...what) => requests(context, ...what),
    bucket: (name) => openBucket(context, name),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function streamInfo({ jsm }: JetStreamContext, stream: string): Promise<StreamInfo> {
  return inBusTerms(`cannot look up stream ${stream}`, jsm.streams.info(stream));
}

async function atMost(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  await Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
