import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError } from '@heliograph/contracts';
import type { Logger } from '@heliograph/contracts/service';
import { withSound } from '../messages/message.ts';
import type { Outbox } from '../outbox.ts';
import type { Editable, SendOutcome, Sink } from '../sinks/sink.ts';
import type { Kept, KeptStories } from './kept-stories.ts';
import { storyMessage } from './story.ts';

/** Brings the messages of stories up to date, one after the other, as the sink has room for it. */
export interface Showing extends AsyncDisposable {
  /** Resolves when it is known what an earlier process has left to be shown. */
  readonly ready: Promise<void>;
  show(key: string): void;
  /** How many stories have more to tell than their messages show. */
  unshown(): number;
  /** How often a message was changed. */
  shown(): number;
}

const againMs = 5_000;
/** After that a message is out of sight, and Telegram does not promise that it can be changed. */
const oldAfterMs = 47 * 3_600_000;

export interface ShowingOptions {
  readonly sink: Sink;
  readonly editable: Editable;
  readonly outbox: Outbox;
  readonly stopping: AbortSignal;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** What follows within that time is shown with it. */
  readonly settleMs: number;
  /** The wall clock, epoch ms. */
  readonly nowMs: () => number;
}

export function startShowing(
  stories: KeptStories,
  { sink, editable, outbox, stopping, signal, log, settleMs, nowMs }: ShowingOptions,
): Showing {
  const waiting = new Set<string>();
  let isBusy = false;
  let wake = Promise.withResolvers<void>();
  let shown = 0;

  const show = (key: string): void => {
    waiting.add(key);
    wake.resolve();
  };
  const pause = (ms: number): Promise<unknown> =>
    sleep(ms, undefined, { signal: stopping }).catch(() => undefined);

  const bring = async (kept: Kept): Promise<number | undefined> => {
    const message = withSound(storyMessage(kept.story), false);
    let messageId: number | undefined = kept.messageId;
    const attempt = async (): Promise<SendOutcome> => {
      const isOld = nowMs() - kept.sentMs > oldAfterMs;
      const edited = isOld ? undefined : await editable.edit(kept.messageId, message, signal);
      if (edited && edited.status !== 'gone') return edited;
      // Too old, or somebody has deleted it.
      const sent = await sink.send(message, signal);
      if (sent.status === 'sent') ({ messageId } = sent);
      return sent;
    };
    return (await outbox.deliver(attempt, stopping)) === 'sent' ? messageId : undefined;
  };

  const bringUpToDate = async (key: string): Promise<void> => {
    const kept = await stories.get(key);
    // A message that tells of others as well is left as it is.
    if (!kept?.isAlone || kept.changes === kept.shown) return;
    const messageId = await bring(kept);
    if (messageId === undefined) return;
    shown++;
    const isNew = messageId !== kept.messageId;
    const now = await stories.change(key, (current) => ({
      ...current,
      ...(isNew && { messageId, sentMs: nowMs() }),
      shown: kept.changes,
    }));
    if (now && now.changes > now.shown) show(key);
  };

  const load = async (): Promise<void> => {
    while (!stopping.aborted) {
      try {
        for (const key of await stories.unshown(nowMs())) show(key);
        return;
      } catch (err) {
        log.warn({ err }, 'what was left to be shown is not known yet');
        await pause(againMs);
      }
    }
  };

  const run = async (): Promise<void> => {
    await ready;
    const stopped = new Promise((resolve) => stopping.addEventListener('abort', resolve));
    while (!stopping.aborted) {
      const [key] = waiting;
      if (key === undefined) {
        wake = Promise.withResolvers();
        await Promise.race([wake.promise, stopped]);
        continue;
      }
      await pause(settleMs);
      if (stopping.aborted) return;
      // Whatever comes meanwhile puts it there again.
      waiting.delete(key);
      isBusy = true;
      try {
        await bringUpToDate(key);
      } catch (err) {
        log.warn({ err }, 'the message of a trade is behind');
        if (err instanceof TransientError) {
          show(key);
          await pause(againMs);
        }
      }
      isBusy = false;
    }
  };
  const ready = load();
  const end = run();
  return {
    ready,
    show,
    unshown: () => waiting.size + (isBusy ? 1 : 0),
    shown: () => shown,
    [Symbol.asyncDispose]: () => end,
  };
}
