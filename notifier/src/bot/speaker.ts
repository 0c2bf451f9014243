import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@heliograph/contracts/service';
import { isUnchanged, isUnreadable, messageIdOf } from '../telegram/answers.ts';
import { cut } from '../messages/text.ts';
import type { CallOutcome, TelegramClient } from '../telegram/client.ts';

export interface Button {
  readonly text: string;
  /** What comes back when it is pressed: 64 bytes at most. */
  readonly data: string;
}

export interface Said {
  readonly html: string;
  readonly buttons?: readonly Button[];
  /** PNG. */
  readonly picture?: Buffer | undefined;
}

/** Says what the bot has to say. What does not get through is logged: whoever asked asks again. */
export interface Speaker {
  /** Resolves to the number of the message; undefined when it did not get through. */
  say(
    chatId: number,
    said: Said,
    where?: { readonly threadId?: number | undefined },
  ): Promise<number | undefined>;
  /** Says it in place of what that message says. */
  edit(chatId: number, messageId: number, said: Said): Promise<boolean>;
  /** To whoever has pressed a button. */
  notice(queryId: string, text?: string): Promise<void>;
}

const mostAttempts = 4;
const pauseMs = 1_000;
/** Whoever asked has asked somebody else by then. */
const longestPauseMs = 20_000;
/** In UTF-16 units. */
const longestNotice = 200;

export function createSpeaker({
  client,
  log,
  signal,
}: {
  client: TelegramClient;
  log: Logger;
  signal: AbortSignal;
}): Speaker {
  /** Tried again where that may help; an answer is of no use much later. */
  const tried = async <T>(call: () => Promise<CallOutcome<T>>): Promise<CallOutcome<T>> => {
    for (let attempt = 1; ; attempt++) {
      const outcome = await call();
      if (outcome.status !== 'failed' || attempt === mostAttempts || signal.aborted) return outcome;
      const waitMs = outcome.retryAfterMs ?? pauseMs * attempt;
      if (waitMs > longestPauseMs) return outcome;
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  };
  const failed = (outcome: Exclude<CallOutcome<unknown>, { status: 'ok' }>): void => {
    const why = outcome.status === 'blocked' ? outcome.remedy : outcome.error.message;
    log.warn({ why }, 'an answer did not get through');
  };

  return {
    async say(chatId, { html, buttons = [], picture }, { threadId } = {}) {
      const common = {
        chat_id: chatId,
        ...(threadId !== undefined && { message_thread_id: threadId }),
        ...keyboard(buttons),
      };
      const say = (parse: { parse_mode?: 'HTML' }): Promise<CallOutcome<unknown>> =>
        picture
          ? client.call(
              'sendPhoto',
              { ...common, photo: { source: picture }, caption: html, ...parse },
              { signal },
            )
          : client.call(
              'sendMessage',
              { ...common, text: html, link_preview_options: { is_disabled: true }, ...parse },
              { signal },
            );
      let outcome = await tried(() => say({ parse_mode: 'HTML' }));
      if (isUnreadable(outcome)) outcome = await tried(() => say({}));
      if (outcome.status === 'ok') return messageIdOf(outcome.result);
      failed(outcome);
      return undefined;
    },
    async edit(chatId, messageId, { html, buttons = [] }) {
      const say = (parse: { parse_mode?: 'HTML' }): Promise<CallOutcome<unknown>> =>
        client.call(
          'editMessageText',
          {
            chat_id: chatId,
            message_id: messageId,
            text: html,
            link_preview_options: { is_disabled: true },
            ...keyboard(buttons),
            ...parse,
          },
          { signal },
        );
      let outcome = await tried(() => say({ parse_mode: 'HTML' }));
      if (isUnreadable(outcome)) outcome = await tried(() => say({}));
      if (outcome.status === 'ok') return true;
      if (!isUnchanged(outcome)) failed(outcome);
      return false;
    },
    async notice(queryId, text) {
      const outcome = await client.call(
        'answerCallbackQuery',
        {
          callback_query_id: queryId,
          ...(text !== undefined && { text: cut(text, longestNotice) }),
        },
        { signal },
      );
      if (outcome.status !== 'ok') failed(outcome);
    },
  };
}

function keyboard(buttons: readonly Button[]) {
  return buttons.length === 0
    ? {}
    : {
        reply_markup: {
          inline_keyboard: [buttons.map(({ text, data }) => ({ text, callback_data: data }))],
        },
      };
}
