import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@heliograph/contracts/service';
import type { TelegramClient } from './client.ts';
import { createTrouble } from './trouble.ts';
import { allowedUpdates, Update, Updates } from './update.ts';

const longPollS = 25;
const answerWithinMs = 40_000;
/** Of a server that does not wait for something to be written: it is not asked more often than that. */
const shortestPollMs = 500;

/** How the bot hears what is written to it. */
export interface HearingOptions {
  readonly client: TelegramClient;
  /** An update counts as heard once this has resolved, and comes again otherwise. */
  readonly onUpdate: (update: Update) => Promise<void>;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Hears what is written to the bot, update by update, until the signal is aborted. Whatever goes wrong is reported once,
 * tried again after pauses that grow, and reported when it is over.
 */
export async function pollUpdates({
  client,
  onUpdate,
  log,
  signal,
}: HearingOptions): Promise<void> {
  const trouble = createTrouble({ log, signal });
  let offset = 0;
  while (!signal.aborted) {
    const askedMs = performance.now();
    const outcome = await client.call(
      'getUpdates',
      { offset, timeout: longPollS, allowed_updates: allowedUpdates },
      { signal, timeoutMs: answerWithinMs },
    );
    if (signal.aborted) return;
    switch (outcome.status) {
      case 'ok': {
        const given = Updates.safeParse(outcome.result);
        if (!given.success) {
          await trouble.wait('the answer is not one of Telegram');
          break;
        }
        trouble.over();
        for (const raw of given.data) {
          const parsed = Update.safeParse(raw);
          if (parsed.success) await onUpdate(parsed.data);
          offset = raw.update_id + 1;
        }
        if (given.data.length === 0) {
          const leftMs = shortestPollMs - (performance.now() - askedMs);
          if (leftMs > 0) await sleep(leftMs, undefined, { signal }).catch(() => undefined);
        }
        break;
      }
      case 'failed':
        await trouble.wait(outcome.error.message, outcome.retryAfterMs);
        break;
      case 'blocked':
        await trouble.wait(outcome.remedy);
        break;
      case 'refused':
        // Another program hears the same bot, or a webhook does: Telegram tells one of them only.
        if (/webhook/.test(outcome.error.message))
          await client.call('deleteWebhook', {}, { signal });
        await trouble.wait(outcome.error.message);
        break;
    }
  }
}
