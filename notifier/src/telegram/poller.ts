import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@heliograph/contracts/service';
import type { TelegramClient } from './client.ts';
import { allowedUpdates, Update } from './update.ts';

const longPollS = 25;
const answerWithinMs = 40_000;
const shortestPauseMs = 500;
const longestPauseMs = 60_000;

/**
 * Hears what is written to the bot, update by update, until the signal is aborted. Whatever goes wrong is reported once,
 * tried again after pauses that grow, and reported when it is over; an update counts as heard once `onUpdate` has
 * resolved, and comes again otherwise.
 */
export async function pollUpdates({
  client,
  onUpdate,
  log,
  signal,
}: {
  client: TelegramClient;
  onUpdate: (update: Update) => Promise<void>;
  log: Logger;
  signal: AbortSignal;
}): Promise<void> {
  let trouble: string | undefined;
  let failures = 0;
  let offset = 0;
  const failed = async (what: string, retryAfterMs?: number): Promise<void> => {
    if (trouble !== what) log.warn({ trouble: what }, 'Telegram is not heard');
    trouble = what;
    const pauseMs = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(failures++, 10));
    await sleep(retryAfterMs ?? pauseMs, undefined, { signal }).catch(() => undefined);
  };
  const recovered = (): void => {
    if (trouble !== undefined) log.info('Telegram is heard again');
    trouble = undefined;
    failures = 0;
  };

  while (!signal.aborted) {
    const outcome = await client.call(
      'getUpdates',
      { offset, timeout: longPollS, allowed_updates: allowedUpdates },
      { signal, timeoutMs: answerWithinMs },
    );
    if (signal.aborted) return;
    switch (outcome.status) {
      case 'ok':
        recovered();
        for (const raw of outcome.result) {
          const parsed = Update.safeParse(raw);
          if (parsed.success) await onUpdate(parsed.data);
          offset = raw.update_id + 1;
        }
        break;
      case 'failed':
        await failed(outcome.error.message, outcome.retryAfterMs);
        break;
      case 'blocked':
        await failed(outcome.remedy);
        break;
      case 'refused':
        // Another program hears the same bot, or a webhook does: Telegram tells one of them only.
        if (/webhook/.test(outcome.error.message))
          await client.call('deleteWebhook', {}, { signal });
        await failed(outcome.error.message);
        break;
    }
  }
}
