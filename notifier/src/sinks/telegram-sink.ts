import { isGone, isUnchanged, isUnreadable, messageIdOf } from '../telegram/answers.ts';
import {
  createTelegramClient,
  type CallOutcome,
  type TelegramClientOptions,
} from '../telegram/client.ts';
import type { Message } from '../messages/message.ts';
import type { RateLimit } from './rate-limit.ts';
import { failed, type SendFailure, type SendOutcome, type Sink } from './sink.ts';
import { createBotTurns, type BotTurns } from './bot-turns.ts';
import { createTurns } from './turns.ts';

/** Enough for a message full of those that came in while the one before was on its way. */
const mostInFlight = 32;

/** Of a picture, in UTF-16 units once parsed; of HTML there are no fewer. */
const longestCaption = 1_024;

export interface TelegramSinkOptions extends TelegramClientOptions {
  /** A number, negative for a group; or the @name of a channel. */
  readonly chatId: number | string;
  /** The topic of a group that has topics. */
  readonly threadId?: number | undefined;
  /** Where one bot writes to several chats or topics. Default: its own. */
  readonly turns?: BotTurns | undefined;
  /** Default: Telegram's own limits for that chat. */
  readonly limits?: readonly RateLimit[] | undefined;
  /** Whether messages that wait are told together. Default: true. */
  readonly bundles?: boolean;
}

/** Sends to one Telegram chat, within its limits. A message whose HTML Telegram cannot read is sent as plain text. */
export function createTelegramSink({
  chatId,
  threadId,
  turns: botTurns = createBotTurns(),
  limits,
  bundles = true,
  ...options
}: TelegramSinkOptions): Sink {
  const client = createTelegramClient(options);
  const turns = limits ? createTurns(limits) : botTurns.of(chatId);

  const call = async (
    content: { text: string; parse_mode?: 'HTML'; picture?: Buffer | undefined },
    { quiet, severity, trade }: Message,
    signal: AbortSignal,
  ): Promise<SendOutcome> => {
    const urgency = severity === 'error' ? 'urgent' : 'usual';
    const turn = await turns.take({ urgency, signal });
    if (!turn) return givenUp();
    const { text, picture, ...parse } = content;
    const common = {
      chat_id: chatId,
      ...(threadId !== undefined && { message_thread_id: threadId }),
      ...parse,
      disable_notification: quiet,
      ...(trade?.answers !== undefined && {
        reply_parameters: { message_id: trade.answers, allow_sending_without_reply: true },
      }),
    };
    const outcome = picture
      ? await client.call(
          'sendPhoto',
          { ...common, photo: { source: picture }, caption: text },
          { signal },
        )
      : await client.call(
          'sendMessage',
          { ...common, text, link_preview_options: { is_disabled: true } },
          { signal },
        );
    // The end of the call, which is not before the moment that Telegram counts.
    turn.end();
    if (outcome.status !== 'ok') return outcome;
    const messageId = messageIdOf(outcome.result);
    return { status: 'sent', ...(messageId !== undefined && { messageId }) };
  };

  const change = async (
    messageId: number,
    content: { text: string; parse_mode?: 'HTML' },
    signal: AbortSignal,
  ): Promise<CallOutcome<unknown>> => {
    const turn = await turns.take({ urgency: 'edit', signal });
    if (!turn) return givenUp();
    const outcome = await client.call(
      'editMessageText',
      {
        chat_id: chatId,
        message_id: messageId,
        ...content,
        link_preview_options: { is_disabled: true },
      },
      { signal },
    );
    turn.end();
    return outcome;
  };

  return {
    name: 'telegram',
    maxInFlight: bundles ? mostInFlight : 1,
    bundles,
    editable: {
      place: [chatId, ...(threadId === undefined ? [] : [threadId])].join('/'),
      async edit(messageId, { html, plain }, signal) {
        let outcome = await change(messageId, { text: html, parse_mode: 'HTML' }, signal);
        if (isUnreadable(outcome)) outcome = await change(messageId, { text: plain }, signal);
        if (outcome.status === 'ok' || isUnchanged(outcome)) return { status: 'sent', messageId };
        return isGone(outcome) ? { status: 'gone' } : outcome;
      },
    },
    async send(message, signal) {
      const { html: text } = message;
      const picture = text.length > longestCaption ? undefined : message.picture;
      let outcome = await call({ text, parse_mode: 'HTML', picture }, message, signal);
      // What it says matters more than what it shows.
      if (picture && outcome.status === 'refused')
        outcome = await call({ text, parse_mode: 'HTML' }, message, signal);
      return isUnreadable(outcome) ? call({ text: message.plain }, message, signal) : outcome;
    },
  };
}

function givenUp(): SendFailure & { status: 'failed' } {
  return failed('TELEGRAM_UNREACHABLE', 'it was given up before it was sent');
}
