import { setTimeout as sleep } from 'node:timers/promises';
import { Telegram, TelegramError } from 'telegraf';
import { callsToKeep, waitMs, type RateLimit } from './rate-limit.ts';
import { failed, type SendOutcome, type Sink } from './sink.ts';
import { isUnreadable, outcomeOf } from './telegram-answers.ts';

export interface TelegramSinkOptions {
  /** As @BotFather gives it. It appears in no error and in no log. */
  readonly token: string;
  /** A number, negative for a group; or the @name of a channel. */
  readonly chatId: number | string;
  /** Another Bot API server than Telegram's own. */
  readonly apiRoot?: string;
  /** How long one call may take. Default 15,000. */
  readonly timeoutMs?: number;
  /** Default: Telegram's own limits for that chat. */
  readonly limits?: readonly RateLimit[];
}

/** Sends to one Telegram chat, within its limits. A message whose HTML Telegram cannot read is sent as plain text. */
export function createTelegramSink({
  token,
  chatId,
  apiRoot,
  timeoutMs = 15_000,
  limits = chatLimits(chatId),
}: TelegramSinkOptions): Sink {
  const telegram = new Telegram(token, apiRoot === undefined ? {} : { apiRoot });
  const calls: number[] = [];

  const call = async (
    content: { text: string; parse_mode?: 'HTML' },
    quiet: boolean,
    signal: AbortSignal,
  ): Promise<SendOutcome> => {
    try {
      await turn(limits, calls, signal);
      const patience = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      await telegram.callApi(
        'sendMessage',
        {
          chat_id: chatId,
          ...content,
          disable_notification: quiet,
          link_preview_options: { is_disabled: true },
        },
        {
          // @ts-expect-error: telegraf's types know a polyfill's signals only; what it runs on takes Node's own.
          signal: patience,
        },
      );
      return { status: 'sent' };
    } catch (error) {
      if (!(error instanceof TelegramError)) return unreached(error, timeoutMs);
      const { response } = error;
      return outcomeOf({
        ...response,
        description: response.description?.replaceAll(token, '[token]'),
      });
    } finally {
      // The end of the call, which is not before the moment that Telegram counts.
      calls.push(performance.now());
      calls.splice(0, calls.length - callsToKeep(limits));
    }
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

/** Only the error's name and code are told: its message holds the address, and with it the token. */
function unreached(error: unknown, timeoutMs: number): SendOutcome {
  if (!(error instanceof Error))
    return failed('TELEGRAM_UNREACHABLE', 'Telegram cannot be reached');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const cause = error.name === 'AbortError' ? `no answer within ${timeoutMs} ms` : code;
  return failed('TELEGRAM_UNREACHABLE', `Telegram cannot be reached: ${cause}`);
}
