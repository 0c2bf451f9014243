import { setTimeout as sleep } from 'node:timers/promises';
import { isUnreadable } from '../telegram/answers.ts';
import { createTelegramClient, type TelegramClientOptions } from '../telegram/client.ts';
import { callsToKeep, waitMs, type RateLimit } from './rate-limit.ts';
import { failed, type SendOutcome, type Sink } from './sink.ts';

export interface TelegramSinkOptions extends TelegramClientOptions {
  /** A number, negative for a group; or the @name of a channel. */
  readonly chatId: number | string;
  /** Default: Telegram's own limits for that chat. */
  readonly limits?: readonly RateLimit[];
}

/** Sends to one Telegram chat, within its limits. A message whose HTML Telegram cannot read is sent as plain text. */
export function createTelegramSink({
  chatId,
  limits = chatLimits(chatId),
  ...options
}: TelegramSinkOptions): Sink {
  const client = createTelegramClient(options);
  const calls: number[] = [];

  const call = async (
    content: { text: string; parse_mode?: 'HTML' },
    quiet: boolean,
    signal: AbortSignal,
  ): Promise<SendOutcome> => {
    try {
      await turn(limits, calls, signal);
    } catch {
      return failed('TELEGRAM_UNREACHABLE', 'it was given up before it was sent');
    }
    const outcome = await client.call(
      'sendMessage',
      {
        chat_id: chatId,
        ...content,
        disable_notification: quiet,
        link_preview_options: { is_disabled: true },
      },
      { signal },
    );
    // The end of the call, which is not before the moment that Telegram counts.
    calls.push(performance.now());
    calls.splice(0, calls.length - callsToKeep(limits));
    return outcome.status === 'ok' ? { status: 'sent' } : outcome;
  };

  return {
    name: 'telegram',
    maxInFlight: 1,
    async send({ html, plain, quiet }, signal) {
      const outcome = await call({ text: html, parse_mode: 'HTML' }, quiet, signal);
      return isUnreadable(outcome) ? call({ text: plain }, quiet, signal) : outcome;
    },
  };
}

/** One message a second, and 20 a minute in groups and channels. With one chat the overall 30 a second follow. */
export function chatLimits(chatId: number | string): RateLimit[] {
  const perSecond = { count: 1, windowMs: 1_000 };
  const group = typeof chatId === 'string' ? !/^\d+$/.test(chatId) : chatId < 0;
  return group ? [perSecond, { count: 20, windowMs: 60_000 }] : [perSecond];
}

async function turn(
  limits: readonly RateLimit[],
  calls: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  for (;;) {
    const wait = waitMs(limits, calls, performance.now());
    if (wait === 0) return;
    await sleep(wait, undefined, { signal });
  }
}
