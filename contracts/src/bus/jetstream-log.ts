import { headers, nuid, type MsgHdrs } from 'nats';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { TransientError } from '../errors.ts';
import {
  mostAppended,
  type Appended,
  type FencedLog,
  type Outgoing,
  type StoredMessage,
} from './bus.ts';
import type { JetStreamContext } from './jetstream-context.ts';
import { follow } from './jetstream-follow.ts';
import {
  apiCode,
  apiError,
  inBusTerms,
  isUnreachable,
  isWrongSequence,
  toBusError,
} from './jetstream-errors.ts';
import { answerTimeoutMs, retryPauseMs } from './jetstream-publish.ts';
import { stored } from './jetstream-read.ts';
import { duplicateId, tooMany } from './bus-errors.ts';
import { streamOfLog } from './subject-match.ts';

/** A log on JetStream: the server compares the expected sequence with the last one under the prefix as it stores. */
export function createLog(context: JetStreamContext, prefix: string): FencedLog {
  const stream = streamOfLog(prefix);
  const filter = `${prefix}.>`;

  const readAfter = async (sequence: number): Promise<StoredMessage[]> => {
    const batches = stored(context, stream, filter, { sequence: sequence + 1 });
    return (await inBusTerms(`cannot read ${prefix}`, Array.fromAsync(batches))).flat();
  };

  /**
   * Finds out what became of an append whose answer was lost or says that an id is there already. What two writers decide has
   * the same ids, and not the same words: taken for ours, theirs would never be read.
   */
  const look = async (
    messages: readonly Outgoing[],
    after: number,
  ): Promise<Appended | undefined> => {
    const there = await readAfter(after);
    if (there.length === 0) return undefined;
    const ours = there.slice(0, messages.length);
    const isOurs = messages.every(
      ({ id, body }, at) => ours[at]?.id === id && ours[at].body === body,
    );
    const sequence = ours.at(-1)?.sequence ?? after;
    return isOurs ? { status: 'appended', sequence } : { status: 'conflict' };
  };

  return {
    prefix,
    readAfter,
    follow: (sequence) => follow(context, stream, filter, { sequence: sequence + 1 }),
    async append(messages, expectedSequence) {
      if (messages.length > mostAppended) throw tooMany(prefix, messages.length);
      let inDoubt = false;
      for (
        const deadline = performance.now() + context.options.patienceMs;
        ;
        await sleep(retryPauseMs)
      ) {
        const answer = await send(context, messages, { filter, expectedSequence });
        if (answer.status === 'stored') return { status: 'appended', sequence: answer.sequence };
        if (answer.status === 'stale' && !inDoubt) return { status: 'conflict' };
        inDoubt = true;
        try {
          const found = await look(messages, expectedSequence);
          if (found !== undefined) return found;
          if (answer.status === 'duplicate') throw duplicateId(prefix);
        } catch (error) {
          if (!(error instanceof TransientError && error.code === 'UNREACHABLE')) throw error;
        }
        if (performance.now() > deadline)
          throw new TransientError('UNREACHABLE', `cannot append to ${prefix}: no answer`);
      }
    },
  };
}

type Answer = { status: 'stored'; sequence: number } | { status: 'stale' | 'duplicate' | 'lost' };

const PubAck = z.object({
  seq: z.int().default(0),
  duplicate: z.boolean().default(false),
  error: z.object({ err_code: z.int(), description: z.string() }).optional(),
});

/** More than one message go as an atomic batch: nothing is stored before the last one, on which the server answers. */
async function send(
  { nc }: JetStreamContext,
  messages: readonly Outgoing[],
  fence: { filter: string; expectedSequence: number },
): Promise<Answer> {
  const batch = nuid.next();
  const doing = `cannot append to ${fence.filter}`;
  try {
    for (const [index, { subject, id, body }] of messages.entries()) {
      const header = headers();
      header.set('Nats-Msg-Id', id);
      if (index === 0) setFence(header, fence);
      const isLast = index === messages.length - 1;
      if (messages.length > 1) setBatch(header, { batch, index, isLast });
      if (!isLast) nc.publish(subject, body, { headers: header });
      else {
        const timeout = answerTimeoutMs;
        const reply = await nc.request(subject, body, { headers: header, timeout });
        return toAnswer(PubAck.parse(reply.json()), doing);
      }
    }
    return { status: 'stored', sequence: fence.expectedSequence };
  } catch (error) {
    if (isUnreachable(error)) return { status: 'lost' };
    throw toBusError(error, doing);
  }
}

function toAnswer({ seq, duplicate, error }: z.infer<typeof PubAck>, doing: string): Answer {
  if (error === undefined)
    return duplicate ? { status: 'duplicate' } : { status: 'stored', sequence: seq };
  const { err_code: code, description } = error;
  if (isWrongSequence(code)) return { status: 'stale' };
  if (code === apiCode.batchDuplicateId) return { status: 'duplicate' };
  // A reconnect in between took the first messages with it.
  if (code === apiCode.batchIncomplete) return { status: 'lost' };
  throw apiError(code, `${doing}: ${description}`);
}

function setFence(header: MsgHdrs, fence: { filter: string; expectedSequence: number }): void {
  header.set('Nats-Expected-Last-Subject-Sequence', String(fence.expectedSequence));
  header.set('Nats-Expected-Last-Subject-Sequence-Subject', fence.filter);
}

function setBatch(
  header: MsgHdrs,
  { batch, index, isLast }: { batch: string; index: number; isLast: boolean },
): void {
  header.set('Nats-Batch-Id', batch);
  header.set('Nats-Batch-Sequence', String(index + 1));
  if (isLast) header.set('Nats-Batch-Commit', '1');
}
