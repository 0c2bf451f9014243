import { AckPolicy, DeliverPolicy, type JetStreamManager } from '@nats-io/jetstream';
import { nanos } from 'nats';
import { Observable } from 'rxjs';
import { TransientError } from '../errors.ts';
import type { ReadFrom, StoredMessage } from './bus.ts';
import type { JetStreamContext } from './jetstream-context.ts';
import { toBusError } from './jetstream-errors.ts';
import { fromDelivered } from './jetstream-messages.ts';
import { nobodyAnswers, pull } from './jetstream-pull.ts';
import { resumed } from './jetstream-resumed.ts';
import type { StreamName } from './streams.ts';

const mostOnTheWay = 500;
/** The server forgets a consumer that nobody has asked for so long. */
const forgottenAfterMs = 60_000;

/** Behind the last message that was heard, and when the server had stored that. */
interface Behind {
  readonly sequence: number;
  readonly heardMs: number;
}

/**
 * What is stored under the filter from a place on, and whatever comes. It is handed out by a consumer without a name, and
 * a new one begins behind the last message whenever one may have been missed. The client's own ordered consumer is not
 * enough: what was on its way when the connection broke it misses only when the next message comes, which may be never.
 */
export function follow(
  context: JetStreamContext,
  stream: StreamName,
  filter: string,
  from: ReadFrom,
): Observable<StoredMessage> {
  return resumed<StoredMessage, ReadFrom | Behind>(context, {
    from,
    listen: (place, begun) => consume(context, { stream, filter, from: place, begun }),
    after: ({ sequence, storedTime }) => ({ sequence: sequence + 1, heardMs: storedTime }),
  });
}

/** Errors as soon as a message may have been missed. */
function consume(
  context: JetStreamContext,
  {
    stream,
    filter,
    from,
    begun,
  }: { stream: StreamName; filter: string; from: ReadFrom | Behind; begun: () => void },
): Observable<StoredMessage> {
  const { js, jsm, stops, interruptions } = context;
  return new Observable((subscriber) => {
    const complete = (): void => subscriber.complete();
    stops.add(complete);
    const missed = Promise.withResolvers<Error>();
    const interrupted = (): void => missed.resolve(new Error('the connection was interrupted'));
    interruptions.add(interrupted);
    let delivered = 0;
    const run = async (): Promise<void> => {
      const place = 'heardMs' in from ? await stillThere(jsm, stream, from) : from;
      const info = await jsm.consumers.add(stream, {
        ack_policy: AckPolicy.None,
        filter_subject: filter,
        ...('sequence' in place
          ? {
              deliver_policy: DeliverPolicy.StartSequence,
              opt_start_seq: Math.max(place.sequence, 1),
            }
          : {
              deliver_policy: DeliverPolicy.StartTime,
              opt_start_time: new Date(place.timeMs).toISOString(),
            }),
        inactive_threshold: nanos(forgottenAfterMs),
        mem_storage: true,
        num_replicas: 1,
      });
      begun();
      if (subscriber.closed) return;
      const messages = await js.consumers.getConsumerFromInfo(info).consume({
        ...pull,
        max_messages: mostOnTheWay,
        abort_on_missing_resource: true,
        callback: (message) => {
          delivered += 1;
          if (message.info.deliverySequence === delivered)
            subscriber.next(fromDelivered(stream, message));
          else missed.resolve(new Error('a message is missing'));
        },
      });
      subscriber.add(() => void messages.close());
      const error = await Promise.race([
        messages.closed(),
        nobodyAnswers(messages),
        missed.promise,
      ]);
      const reason = error instanceof Error ? error.message : 'the connection was closed';
      throw new TransientError('CONSUMER_LOST', `a reader of ${stream} on the server: ${reason}`);
    };
    run().catch((error: unknown) => subscriber.error(toBusError(error, `cannot follow ${stream}`)));
    return () => {
      stops.delete(complete);
      interruptions.delete(interrupted);
    };
  });
}

/**
 * A stream that is written behind may have lost its end in a power cut, or was made anew: nothing would be heard before it is
 * as long as it was. What came since the last message is new then.
 */
async function stillThere(
  jsm: JetStreamManager,
  stream: StreamName,
  { sequence, heardMs }: Behind,
): Promise<ReadFrom> {
  const { state } = await jsm.streams.info(stream);
  return state.last_seq < sequence - 1 ? { timeMs: heardMs } : { sequence };
}
