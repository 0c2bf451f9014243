import { badRequest, tooMany, type Answer } from './answers.ts';
import { floodWaitS } from './flood-control.ts';
import type { Parameters } from './methods.ts';

/** A message that was taken, as it stands now. */
export interface ReceivedMessage {
  readonly messageId: number;
  readonly chatId: number;
  /** As people read it, without markup. */
  readonly text: string;
  readonly sent: Parameters<'sendMessage'> | Parameters<'sendPhoto'>;
  /** When it came, `performance.now()`. */
  readonly atMs: number;
  /** Its buttons, by what they say. */
  readonly buttons: Readonly<Record<string, string>>;
  /** How often it was edited. */
  readonly edits: number;
  readonly photo?: Buffer;
  /** The message that it is an answer to, if that is there. */
  readonly answers?: number;
}

/** The chats that know the bot, and what it has written there. */
export interface Chats {
  /** Every message, oldest first. */
  readonly received: readonly ReceivedMessage[];
  take(sent: ReceivedMessage['sent'], content: { text: string; photo?: Buffer }): Answer;
  edit(
    which: { chat_id: number | string; message_id: number },
    change: Partial<Pick<ReceivedMessage, 'text' | 'buttons'>>,
  ): Answer;
  lose(messageId: number, how: 'deleted' | 'too old'): void;
}

export function createChats({
  ids,
  limited,
}: {
  readonly ids: readonly number[];
  /** Whether the bot is held to Telegram's limits. */
  readonly limited: boolean;
}): Chats {
  const received: ReceivedMessage[] = [];
  const taken: { chatId: number; atMs: number }[] = [];
  const lost = new Map<number, 'deleted' | 'too old'>();

  const knownChat = (id: number | string): id is number =>
    typeof id === 'number' && ids.includes(id);

  const take: Chats['take'] = (sent, { text, photo }) => {
    if (!knownChat(sent.chat_id)) return badRequest('chat not found');
    const waitS = limited ? floodWaitS(taken, sent.chat_id, performance.now()) : 0;
    if (waitS > 0) return tooMany(waitS);
    const repliesTo = sent.reply_parameters;
    const original =
      repliesTo &&
      received.find(
        ({ messageId, chatId: chat }) =>
          messageId === repliesTo.message_id &&
          chat === sent.chat_id &&
          lost.get(messageId) !== 'deleted',
      );
    if (repliesTo && !original && !repliesTo.allow_sending_without_reply)
      return badRequest('message to be replied not found');
    const message: ReceivedMessage = {
      messageId: received.length + 1,
      chatId: sent.chat_id,
      text,
      sent,
      atMs: performance.now(),
      buttons: buttonsOf(sent.reply_markup),
      edits: 0,
      ...(photo && { photo }),
      ...(original && { answers: original.messageId }),
    };
    taken.push(message);
    received.push(message);
    return { result: viewOf(message) };
  };

  const edit: Chats['edit'] = ({ chat_id: id, message_id: messageId }, change) => {
    const at = received.findIndex((each) => each.messageId === messageId && each.chatId === id);
    const message = received[at];
    if (!message || lost.get(messageId) === 'deleted')
      return badRequest('message to edit not found');
    if (lost.has(messageId)) return badRequest("message can't be edited");
    if (message.photo && change.text !== undefined)
      return badRequest('there is no text in the message to edit');
    const waitS = limited ? floodWaitS(taken, message.chatId, performance.now()) : 0;
    if (waitS > 0) return tooMany(waitS);
    const edited = { ...message, ...change, edits: message.edits + 1 };
    const isSame =
      edited.text === message.text &&
      JSON.stringify(edited.buttons) === JSON.stringify(message.buttons);
    if (isSame)
      return badRequest(
        'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
      );
    received[at] = edited;
    taken.push({ chatId: message.chatId, atMs: performance.now() });
    return { result: viewOf(edited) };
  };

  return { received, take, edit, lose: (messageId, how) => void lost.set(messageId, how) };
}

export function chatOf(id: number) {
  return { id, type: id < 0 ? 'supergroup' : 'private' };
}

/** As the Bot API shows it. */
export function viewOf({ messageId, chatId, text }: ReceivedMessage) {
  const date = Math.floor(Date.now() / 1_000);
  return { message_id: messageId, date, chat: chatOf(chatId), text };
}

/** By what they say. */
export function buttonsOf(
  keyboard: Parameters<'sendMessage'>['reply_markup'],
): Record<string, string> {
  const buttons = keyboard?.inline_keyboard.flat() ?? [];
  return Object.fromEntries(buttons.map(({ text, callback_data: data }) => [text, data]));
}
