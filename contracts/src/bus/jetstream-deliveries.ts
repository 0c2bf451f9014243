import { AckPolicy, DeliverPolicy, JetStreamApiError } from '@nats-io/jetstream';
import type { ConsumerConfig, ConsumerInfo, ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { nanos, type Subscription } from 'nats';
import { Observable } from 'rxjs';
import { TransientError } from '../errors.ts';
import type { Delivery } from './bus.ts';
import { createDelivery, neverAnswered } from './delivery.ts';
import type { JetStreamContext } from './jetstream-context.ts';
import { toBusError } from './jetstream-errors.ts';
import { fromDelivered } from './jetstream-messages.ts';
import { publish } from './jetstream-publish.ts';
import { nobodyAnswers, pull } from './jetstream-pull.ts';
import type { StreamName } from './streams.ts';

export interface Durable {
  readonly stream: StreamName;
  /** Its name on the server. */
  readonly durable: string;
  /** The copy's consumer or the queue's group, as the delivery and the dead letter name it. */
  readonly consumer: string;
  readonly maxInFlight: number;
  readonly filter?: string;
  /** Where it must go on at the latest; see `CopyOptions`. */
  readonly after?: number | undefined;
}

/**
 * What a durable consumer hands out, made on the server if need be. Errors with a TransientError when the consumer is
 * lost; subscribing again makes it anew.
 */
export function deliveries(context: JetStreamContext, durable: Durable): Observable<Delivery> {
  const { js, stops, draining } = context;
  return new Observable((subscriber) => {
    const intake = createIntake(context, durable, (delivery) => subscriber.next(delivery));
    const complete = (): void => subscriber.complete();
    stops.add(complete);

    const run = async (): Promise<void> => {
      const info = await ensureDurable(context, durable);
      if (subscriber.closed) return;
      const messages = await js.consumers.getConsumerFromInfo(info).consume({
        ...pull,
        max_messages: durable.maxInFlight,
        abort_on_missing_resource: true,
        callback: (message) => intake.take(message),
      });
      subscriber.add(() => {
        const drained = drain(messages).finally(() => draining.delete(drained));
        draining.add(drained);
      });
      const error = await Promise.race([messages.closed(), nobodyAnswers(messages)]);
      const reason = error instanceof Error ? error.message : 'the connection was closed';
      throw new TransientError('CONSUMER_LOST', `${durable.durable} on the server: ${reason}`);
    };

    run().catch((error: unknown) => {
      subscriber.error(toBusError(error, `cannot consume ${durable.durable}`));
    });
    return () => {
      stops.delete(complete);
      intake.stop();
    };
  });
}

/** Turns messages into deliveries, and holds on to those that are to be tried again. */
function createIntake(
  context: JetStreamContext,
  { stream, consumer }: Durable,
  emit: (delivery: Delivery) => void,
): { take(message: JsMsg): void; stop(): void } {
  const { nc, inFlight, options } = context;
  const held = new Map<JsMsg, () => void>();
  let stopped = false;

  /** On a closed connection nobody hears an answer, and the message comes again. */
  const tell = (answer: () => void): void => {
    if (!nc.isClosed() && !nc.isDraining()) answer();
  };

  const hand = (message: JsMsg, retries: number): void => {
    const { deliveryCount, pending } = message.info;
    const delivery = createDelivery({
      message: fromDelivered(stream, message),
      consumer,
      deliveryCount: deliveryCount + retries,
      pending,
      ackWaitMs: options.ackWaitMs,
      bus: { publish: (outgoing) => publish(context, outgoing) },
      inFlight,
      answers: {
        ack: () => tell(() => message.ack()),
        drop: () => tell(() => message.term()),
        working: () => tell(() => message.working()),
        retry: (delayMs) => hold(message, retries, delayMs),
      },
    });
    const lost = deliveryCount - 1;
    if (lost < options.maxDeliver) emit(delivery);
    else delivery.reject(neverAnswered(lost)).catch(() => undefined);
  };

  // Kept here rather than given back: the server would count it as one more delivery without an answer.
  const hold = (message: JsMsg, retries: number, delayMs: number): void => {
    if (stopped) return tell(() => message.nak());
    const working = (): void => tell(() => message.working());
    working();
    const alive = setInterval(working, options.ackWaitMs / 3);
    const timer = setTimeout(() => {
      release();
      hand(message, retries + 1);
    }, delayMs);
    const release = (): void => {
      clearInterval(alive);
      clearTimeout(timer);
      held.delete(message);
    };
    held.set(message, release);
  };

  return {
    take: (message) => (stopped ? tell(() => message.nak()) : hand(message, 0)),
    stop: () => {
      stopped = true;
      for (const [message, release] of held) {
        release();
        tell(() => message.nak());
      }
    },
  };
}

/**
 * The client's own `close` forgets what is on its way at that moment, which then waits for `ackWaitMs`. Draining its
 * subscription first lets that arrive, to be given back at once.
 */
async function drain(messages: ConsumerMessages & { sub?: Subscription }): Promise<void> {
  try {
    await messages.sub?.drain();
    await messages.close();
  } catch {
    // The connection is gone, and what was on its way with it.
  }
}

async function ensureDurable(context: JetStreamContext, wanted: Durable): Promise<ConsumerInfo> {
  const { consumers } = context.jsm;
  const { stream, durable, maxInFlight, filter } = wanted;
  const limits = { ack_wait: nanos(context.options.ackWaitMs), max_ack_pending: maxInFlight };
  const config: Partial<ConsumerConfig> = {
    durable_name: durable,
    ack_policy: AckPolicy.Explicit,
    max_deliver: -1,
    ...limits,
    ...(filter === undefined ? {} : { filter_subject: filter }),
  };
  const start = await startAfter(context, wanted);
  const info = await findConsumer(context, stream, durable);
  const isAhead = info !== undefined && start !== undefined && info.ack_floor.stream_seq > start;
  if (isAhead) await consumers.delete(stream, durable);
  if (info === undefined || isAhead)
    return consumers.add(stream, {
      ...config,
      ...(start === undefined || start === 0
        ? { deliver_policy: DeliverPolicy.All }
        : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: start + 1 }),
    });
  const { ack_wait, max_ack_pending } = info.config;
  if (ack_wait === limits.ack_wait && max_ack_pending === limits.max_ack_pending) return info;
  return consumers.update(stream, durable, limits);
}

/** A stream that ends before `after` is not the one whose messages were kept: it is read from its beginning. */
async function startAfter(
  { jsm }: JetStreamContext,
  { stream, after }: Durable,
): Promise<number | undefined> {
  if (after === undefined || after === 0) return after;
  const { state } = await jsm.streams.info(stream);
  return state.last_seq < after ? 0 : after;
}

export async function findConsumer(
  { jsm }: JetStreamContext,
  stream: StreamName,
  durable: string,
): Promise<ConsumerInfo | undefined> {
  try {
    return await jsm.consumers.info(stream, durable);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return undefined;
    throw error;
  }
}
