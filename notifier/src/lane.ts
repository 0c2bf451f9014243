import { PermanentError } from '@heliograph/contracts';
import type { Logger } from '@heliograph/contracts/service';
import type { Message } from './messages/message.ts';
import { bundled } from './messages/bundle.ts';
import type { Outbox } from './outbox.ts';
import type { Sink } from './sinks/sink.ts';

/** Something that waits for its turn to be told. */
export interface Waiting {
  /** Undefined: there is nothing to tell of it. */
  readonly message: () => Promise<Message | undefined>;
  readonly kind: string;
  /** When it was stored, epoch ms. */
  readonly storedMs: number;
}

/**
 * What is told one after the other, in order. What has come in while something else was being told goes together, as far
 * as the sink bundles: then a burst is a handful of messages, and not a queue of an hour.
 */
export interface Lane {
  /** Resolves once it is told, or kept for later because the lane is stopped. @throws PermanentError when it is refused */
  tell(waiting: Waiting): Promise<'sent' | 'kept'>;
}

interface Held extends Waiting {
  readonly resolve: (end: 'sent' | 'kept') => void;
  readonly reject: (error: unknown) => void;
}

interface Ready {
  readonly held: Held;
  readonly message: Message;
}

/** What may be in one message, in UTF-16 units of HTML, which are no fewer than those of its text. */
const mostLetters = 3_900;
/** After that nothing more is expected to come late. */
const quietMs = 2_000;

export function createLane({
  sink,
  outbox,
  stopping,
  signal,
  late,
  log,
}: {
  sink: Sink;
  outbox: Outbox;
  /** Nothing new is begun any more. */
  stopping: AbortSignal;
  /** What is being sent is given up. */
  signal: AbortSignal;
  /** What comes too late is only counted, and told as one before what is news again. */
  late?: {
    /** Counts it if it is. */
    readonly isLate: (waiting: Waiting, message: Message) => boolean;
    readonly take: () => Message | undefined;
  };
  log: Logger;
}): Lane & { readonly sent: () => number } {
  const queue: Held[] = [];
  let isRunning = false;
  let sent = 0;

  const deliver = async (batch: readonly [Ready, ...Ready[]]): Promise<void> => {
    const [first, ...others] = batch;
    const message = bundled([first.message, ...others.map((one) => one.message)]);
    try {
      const end = await outbox.deliver(() => sink.send(message, signal), stopping);
      if (end === 'sent') sent += batch.length;
      for (const { held } of batch) held.resolve(end);
    } catch (error) {
      // One that is refused takes none of the others with it.
      if (others.length > 0 && error instanceof PermanentError)
        for (const one of batch) await deliver([one]);
      else for (const { held } of batch) held.reject(error);
    }
  };

  /** As many as fit, the first in any case. */
  const next = async (): Promise<Ready[]> => {
    const batch: Ready[] = [];
    let letters = 0;
    for (let held = queue[0]; held; held = queue[0]) {
      let message: Message | undefined;
      try {
        message = await held.message();
      } catch (error) {
        queue.shift();
        held.reject(error);
        continue;
      }
      if (!message || late?.isLate(held, message)) {
        queue.shift();
        held.resolve('sent');
        continue;
      }
      const { length } = message.html;
      // A picture goes with what belongs to it.
      const isAlone = message.picture !== undefined || batch[0]?.message.picture !== undefined;
      if (batch.length > 0 && (isAlone || !sink.bundles || letters + length > mostLetters)) break;
      queue.shift();
      batch.push({ held, message });
      letters += length + 2;
    }
    return batch;
  };

  /** Also when nothing is news for a while. */
  let quiet: NodeJS.Timeout | undefined;
  const summarise = async (): Promise<void> => {
    const summary = late?.take();
    if (!summary) return;
    await outbox
      .deliver(() => sink.send(summary, signal), stopping)
      .catch((error: unknown) => log.error({ err: error }, 'a summary was not told'));
  };

  const run = async (): Promise<void> => {
    isRunning = true;
    clearTimeout(quiet);
    while (queue.length > 0) {
      if (stopping.aborted) {
        for (const held of queue.splice(0)) held.resolve('kept');
        break;
      }
      const [first, ...others] = await next();
      if (!first) continue;
      await summarise();
      await deliver([first, ...others]);
    }
    isRunning = false;
    clearTimeout(quiet);
    if (!stopping.aborted) quiet = setTimeout(() => void summarise(), quietMs).unref();
  };

  return {
    sent: () => sent,
    tell: (waiting) =>
      new Promise((resolve, reject) => {
        queue.push({ ...waiting, resolve, reject });
        if (!isRunning) void run();
      }),
  };
}
