import { setTimeout as sleep } from 'node:timers/promises';
import type { Outgoing, Published } from './bus.ts';
import type { JetStreamContext } from './jetstream-context.ts';
import { inBusTerms, isUnreachable } from './jetstream-errors.ts';
import { streamOf } from './subject-match.ts';

/** After this long without an answer it is tried again. */
export const answerTimeoutMs = 1_000;
export const retryPauseMs = 100;

/**
 * Publishes until the server answers. The id makes that safe: what was stored the first time is not stored again.
 * @throws TransientError when the server does not answer or the stream is full, PermanentError when it never will fit
 */
export async function publish(context: JetStreamContext, message: Outgoing): Promise<Published> {
  const { subject, id, body } = message;
  streamOf(subject);
  const ack = await patiently(context, `cannot publish on ${subject}`, () =>
    context.js.publish(subject, body, { msgID: id, timeout: answerTimeoutMs }),
  );
  return { sequence: ack.seq, duplicate: ack.duplicate };
}

type Patience = Pick<JetStreamContext['options'], 'patienceMs'>;

/** Repeats what may be repeated until the server answers. */
export function patiently<T>(
  { options }: { readonly options: Patience },
  doing: string,
  attempt: () => Promise<T>,
): Promise<T> {
  return inBusTerms(doing, untilAnswered(options, attempt));
}

/** The same, with the client's own error. */
export async function untilAnswered<T>(
  { patienceMs }: Patience,
  attempt: () => Promise<T>,
): Promise<T> {
  for (const deadline = performance.now() + patienceMs; ; await sleep(retryPauseMs)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isUnreachable(error) || performance.now() > deadline) throw error;
    }
  }
}
