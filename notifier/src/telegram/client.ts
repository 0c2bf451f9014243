import { Telegram, TelegramError } from 'telegraf';
import type { Opts, Telegram as Methods } from 'telegraf/types';
import { failed, type SendFailure } from '../sinks/sink.ts';
import { outcomeOf } from './answers.ts';

/** What Telegram has answered to a call, or what became of it instead. */
export type CallOutcome<T> = { readonly status: 'ok'; readonly result: T } | SendFailure;

type Method =
  | 'sendMessage'
  | 'sendPhoto'
  | 'editMessageText'
  | 'editMessageReplyMarkup'
  | 'answerCallbackQuery'
  | 'setMyCommands'
  | 'getUpdates'
  | 'setWebhook'
  | 'deleteWebhook';
type Result<M extends Method> = ReturnType<Methods[M]>;

/** The calls of the Bot API that are made here. A call that fails is an outcome, not an error. */
export interface TelegramClient {
  call<M extends Method>(
    method: M,
    payload: Opts<M>,
    options?: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
  ): Promise<CallOutcome<Result<M>>>;
}

export interface TelegramClientOptions {
  /** As @BotFather gives it. It appears in no error and in no log. */
  readonly token: string;
  /** Another Bot API server than Telegram's own. */
  readonly apiRoot?: string;
  /** How long one call may take. Default 15,000. */
  readonly timeoutMs?: number;
}

export function createTelegramClient({
  token,
  apiRoot,
  timeoutMs: usually = 15_000,
}: TelegramClientOptions): TelegramClient {
  // Without the slash the end of a path would be taken for a file, and left out.
  const root = apiRoot?.replace(/\/*$/, '/');
  const telegram = new Telegram(token, root === undefined ? {} : { apiRoot: root });
  return {
    async call(method, payload, { signal, timeoutMs = usually } = {}) {
      const patience = AbortSignal.timeout(timeoutMs);
      try {
        signal?.throwIfAborted();
        const result = await telegram.callApi(method, payload, {
          // @ts-expect-error: telegraf's types know a polyfill's signals only; what it runs on takes Node's own.
          signal: signal ? AbortSignal.any([signal, patience]) : patience,
        });
        return { status: 'ok', result };
      } catch (error) {
        if (!(error instanceof TelegramError)) return unreached(error, timeoutMs);
        const { response } = error;
        // Whoever answers need not be Telegram.
        const description: unknown = response.description;
        if (typeof description !== 'string') return outcomeOf(response);
        return outcomeOf({ ...response, description: description.replaceAll(token, '[token]') });
      }
    },
  };
}

/** Only the error's name and code are told: its message holds the address, and with it the token. */
function unreached(error: unknown, timeoutMs: number): SendFailure & { status: 'failed' } {
  if (!(error instanceof Error))
    return failed('TELEGRAM_UNREACHABLE', 'Telegram cannot be reached');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const cause = error.name === 'AbortError' ? `no answer within ${timeoutMs} ms` : code;
  return failed('TELEGRAM_UNREACHABLE', `Telegram cannot be reached: ${cause}`);
}
