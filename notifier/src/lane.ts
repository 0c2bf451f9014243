import { setTimeout as sleep } from 'node:timers/promises';
import { PermanentError, TransientError } from '@heliograph/contracts';
import type { Logger } from '@heliograph/contracts/service';
import type { Message } from './messages/message.ts';
import { bundled } from './messages/bundle.ts';
import type { MissedSum } from './missed.ts';
import type { Outbox } from './outbox.ts';
import type { SendOutcome, Sink } from './sinks/sink.ts';
import type { TallyPlace } from './tally.ts';

/** Something that waits for its turn to be told. */
export interface Waiting {
  /** Undefined: there is nothing to tell of it. */
  readonly message: () => Promise<Message | undefined>;
  readonly kind: string;
  /** When it was stored, epoch ms. */
  readonly storedMs: number;
  /** Where it is stored; what is nowhere is lost with the process. */
  readonly place?: TallyPlace;
  /** Called when it was sent, before it counts as told; `isAlone`: in a message that holds nothing else. Never rejects. */
  readonly sent?: (messageId: number | undefined, isAlone: boolean) => Promise<void>;
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
const againMs = 500;

export function createLane({
  sink,
  outbox,
  stopping,
  signal,
  late,
  isBehind = () => false,
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
    readonly isLate: (waiting: Waiting, message: Message) => Promise<boolean>;
    readonly sum: () => Promise<MissedSum | undefined>;
  };
  /** Then there is a queue, and what is of a trade goes together with others all the same. */
  isBehind?: (waiting: Waiting) => boolean;
  log: Logger;
}): Lane & { readonly sent: () => number } {
  const queue: Held[] = [];
  let isRunning = false;
  let sent = 0;

  const deliver = async (batch: readonly [Ready, ...Ready[]]): Promise<void> => {
    const [first, ...others] = batch;
    const message = bundled([first.message, ...others.map((one) => one.message)]);
    try {
      let messageId: number | undefined;
      const attempt = async (): Promise<SendOutcome> => {
        const outcome = await sink.send(message, signal);
        if (outcome.status === 'sent') ({ messageId } = outcome);
        return outcome;
      };
      const end = await outbox.deliver(attempt, stopping);
      if (end === 'sent') {
        sent += batch.length;
        for (const { held } of batch) await held.sent?.(messageId, others.length === 0);
      }
      for (const { held } of batch) held.resolve(end);
    } catch (error) {
      // One that is refused takes none of the others with it.
      if (others.length > 0 && error instanceof PermanentError)
        for (const one of batch) await deliver([one]);
      else for (const { held } of batch) held.reject(error);
    }
  };

  /** A picture goes with what belongs to it. */
  const standsAlone = (held: Held, { picture, trade }: Message): boolean =>
    picture !== undefined || (trade !== undefined && !isBehind(held));

  /** As many as fit, the first in any case. */
  const next = async (): Promise<Ready[]> => {
    const batch: Ready[] = [];
    let letters = 0;
    let isBatchAlone = false;
    for (let held = queue[0]; held; held = queue[0]) {
      let message: Message | undefined;
      try {
        message = await held.message();
        if (message && (await late?.isLate(held, message))) message = undefined;
      } catch (error) {
        if (error instanceof TransientError && !stopping.aborted) {
          // What it needs to know is away for a moment: it keeps its place.
          if (batch.length > 0) break;
          log.warn({ err: error }, 'an alert has to wait');
          await sleep(againMs, undefined, { signal: stopping }).catch(() => undefined);
          continue;
        }
        queue.shift();
        held.reject(error);
        continue;
      }
      if (!message) {
        queue.shift();
        held.resolve('sent');
        continue;
      }
      const { length } = message.html;
      const isAlone = standsAlone(held, message) || isBatchAlone;
      if (batch.length > 0 && (isAlone || !sink.bundles || letters + length > mostLetters)) break;
      queue.shift();
      batch.push({ held, message });
      isBatchAlone = standsAlone(held, message);
      letters += length + 2;
    }
    return batch;
  };

  const tellSum = async (): Promise<void> => {
    try {
      const sum = stopping.aborted ? undefined : await late?.sum();
      if (!sum) return;
      const end = await outbox
        .deliver(() => sink.send(sum.message, signal), stopping)
        .catch((error: unknown) => {
          if (!(error instanceof PermanentError)) throw error;
          log.error({ err: error }, 'a sum was refused');
          return 'sent' as const;
        });
      if (end === 'sent') await sum.told();
    } catch (error) {
      log.warn({ err: error }, 'a sum has to wait');
    }
  };
  let summing: Promise<void> | undefined;
  const summarise = (): Promise<void> =>
    (summing ??= tellSum().finally(() => {
      summing = undefined;
    }));
  /** Also when nothing is news for a while. */
  let quiet: NodeJS.Timeout | undefined;
  const summariseSoon = (): void => {
    clearTimeout(quiet);
    if (late && !stopping.aborted) quiet = setTimeout(() => void summarise(), quietMs).unref();
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
    summariseSoon();
  };

  // An earlier process may have left something.
  summariseSoon();
  return {
    sent: () => sent,
    tell: (waiting) =>
      new Promise((resolve, reject) => {
        queue.push({ ...waiting, resolve, reject });
        if (!isRunning) void run();
      }),
  };
}
