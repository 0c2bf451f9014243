import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { badRequest, checked, conflict, reply, type Answer } from './answers.ts';
import { buttonsOf, chatOf, createChats, viewOf, type ReceivedMessage } from './chats.ts';
import { createFaults, type Fault } from './faults.ts';
import { isMethod, type Method, type Parameters } from './methods.ts';
import { readHtml } from './read-html.ts';
import { isPicture, readParameters, readText } from './requests.ts';
import { createUpdateQueue, type Update } from './updates.ts';

/** Who writes or presses. */
interface Person {
  readonly userId?: number;
  readonly chatId?: number;
  /** In which topic. */
  readonly threadId?: number;
}

export interface TelegramDouble extends AsyncDisposable {
  readonly apiRoot: string;
  readonly token: string;
  readonly chatId: number;
  /** Every message, oldest first. */
  readonly received: readonly ReceivedMessage[];
  /** What was said to those who pressed a button. */
  readonly notices: readonly Parameters<'answerCallbackQuery'>[];
  /** The menu of commands, by whom it is for. */
  readonly menus: readonly Parameters<'setMyCommands'>[];
  /** Updates that nobody has confirmed. */
  readonly pending: readonly Update[];
  /** How many requests came, whatever became of them; of one method, or of those that write. */
  calls(method?: Method): number;
  /** From now on so many requests meet that fault, those of one method or all. Default: for ever. 0 mends it. */
  fault(fault: Fault, times?: number, method?: Method): void;
  /** Somebody writes to the bot. */
  say(text: string, person?: Person): Update;
  /** Somebody presses a button of the message, or makes one up. */
  press(messageId: number, data: string, person?: Person): Update;
  /** Somebody deletes the message, or it is from long ago: it cannot be changed any more. */
  lose(messageId: number, how: 'deleted' | 'too old'): void;
  /** Tells of something again, as Telegram does until it is confirmed. */
  repeat(update: Update): void;
}

/**
 * A Bot API server on the loopback for one bot and its chats. It answers as Telegram does and is stricter: fields that
 * it does not know are refused. Texts are judged by Telegram's own parser.
 */
export async function startTelegramDouble({
  token = '123456:double-secret',
  chatId = 4_711,
  chats = [],
  userId = 99,
  limited = false,
  port = 0,
}: {
  token?: string;
  chatId?: number;
  /** Further ones that know the bot. */
  chats?: readonly number[];
  /** Who writes where nobody else is named. */
  userId?: number;
  /** Whether it holds the bot to Telegram's limits. */
  limited?: boolean;
  port?: number;
} = {}): Promise<TelegramDouble> {
  const known = createChats({ ids: [chatId, ...chats], limited });
  const { received, take, edit } = known;
  const notices: Parameters<'answerCallbackQuery'>[] = [];
  const menus: Parameters<'setMyCommands'>[] = [];
  const counts = new Map<Method, number>();
  const faults = createFaults();
  const updates = createUpdateQueue();
  let webhook: Parameters<'setWebhook'> | undefined;
  let lastUpdate = 1_000;
  let requests = 0;

  /** Each checks what it is asked. */
  const handlers: Readonly<Record<Method, (asked: unknown) => Answer | Promise<Answer>>> = {
    getMe: checked('getMe', () => ({
      result: { id: 123_456, is_bot: true, first_name: 'Double', username: 'DoubleBot' },
    })),
    getUpdates: checked('getUpdates', async ({ offset = 0, limit = 100, timeout = 0 }) => {
      if (webhook) return conflict("can't use getUpdates method while webhook is active");
      const found = await updates.take({ offset, limit, waitMs: timeout * 1_000 });
      return found
        ? { result: found }
        : conflict(
            'terminated by other getUpdates request; make sure that only one bot instance is running',
          );
    }),
    sendMessage: checked('sendMessage', (sent) => {
      const text = readText(sent.text, sent.parse_mode, 4_096);
      return typeof text === 'string' ? take(sent, { text }) : text;
    }),
    sendPhoto: checked('sendPhoto', async (sent) => {
      const photo = Buffer.from(await sent.photo.arrayBuffer());
      if (photo.length === 0) return badRequest('file must be non-empty');
      if (!isPicture(photo)) return badRequest('IMAGE_PROCESS_FAILED');
      const caption = sent.caption ? readText(sent.caption, sent.parse_mode, 1_024) : '';
      return typeof caption === 'string' ? take(sent, { text: caption, photo }) : caption;
    }),
    editMessageText: checked('editMessageText', (asked) => {
      const text = readText(asked.text, asked.parse_mode, 4_096);
      if (typeof text !== 'string') return text;
      return edit(asked, { text, buttons: buttonsOf(asked.reply_markup) });
    }),
    editMessageReplyMarkup: checked('editMessageReplyMarkup', (asked) =>
      edit(asked, { buttons: buttonsOf(asked.reply_markup) }),
    ),
    answerCallbackQuery: checked('answerCallbackQuery', (asked) => {
      notices.push(asked);
      return { result: true };
    }),
    setMyCommands: checked('setMyCommands', (asked) => {
      menus.push(asked);
      return { result: true };
    }),
    deleteWebhook: checked('deleteWebhook', () => {
      webhook = undefined;
      return { result: true };
    }),
    setWebhook: checked('setWebhook', (asked) => {
      webhook = asked;
      for (const update of updates.pending) void deliver(asked, update);
      return { result: true };
    }),
  };

  const answerTo = async (method: Method, request: IncomingMessage): Promise<Answer> =>
    handlers[method](await readParameters(request));

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests++;
    const [, name] = new RegExp(`^/bot${token}/(\\w+)$`).exec(request.url ?? '') ?? [];
    const method = name !== undefined && isMethod(name) ? name : undefined;
    if (method) counts.set(method, (counts.get(method) ?? 0) + 1);
    const fault = faults.next(method);
    if (fault === 'hang') return;
    if (fault === 'reset') return void request.socket.destroy();
    if (fault === 'garbage') return void response.end('<html>Welcome to the hotel network</html>');
    if (fault !== undefined && fault !== 'lose the answer') return reply(response, fault);
    if (name === undefined) return reply(response, { code: 401, description: 'Unauthorized' });
    if (!method) return reply(response, { code: 404, description: 'Not Found' });
    const given = await answerTo(method, request);
    if (fault === 'lose the answer') request.socket.destroy();
    else reply(response, given);
  };

  const tell = (update: Update): Update => {
    if (webhook) void deliver(webhook, update);
    else updates.add(update);
    return update;
  };
  const server = createServer((request, response) => void serve(request, response));
  // The parser is loaded at its first text: not in the time of the first message.
  readHtml('ready');
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');

  return {
    apiRoot: `http://127.0.0.1:${address.port}`,
    token,
    chatId,
    received,
    notices,
    menus,
    get pending() {
      return updates.pending;
    },
    calls: (method) => (method ? (counts.get(method) ?? 0) : requests),
    fault: faults.begin,
    say(text, person = {}) {
      const updateId = ++lastUpdate;
      return tell({
        update_id: updateId,
        message: {
          message_id: 100_000 + updateId,
          date: Math.floor(Date.now() / 1_000),
          chat: chatOf(person.chatId ?? chatId),
          from: from(person.userId ?? userId),
          ...(person.threadId !== undefined && { message_thread_id: person.threadId }),
          text,
        },
      });
    },
    press(messageId, data, person = {}) {
      const message = received.find((each) => each.messageId === messageId);
      const updateId = ++lastUpdate;
      return tell({
        update_id: updateId,
        callback_query: {
          id: `query-${updateId}`,
          from: from(person.userId ?? userId),
          chat_instance: '1',
          data,
          message: message
            ? viewOf({ ...message, chatId: person.chatId ?? message.chatId })
            : {
                message_id: messageId,
                date: 0,
                chat: chatOf(person.chatId ?? chatId),
              },
        },
      });
    },
    lose: known.lose,
    repeat: (update) => void tell(update),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function from(id: number) {
  return { id, is_bot: false, first_name: `User ${id}`, username: `u${id}` };
}

/** To a bot that waits for updates at an address of its own. */
async function deliver(
  { url, secret_token: secret }: Parameters<'setWebhook'>,
  update: Update,
): Promise<void> {
  await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(secret !== undefined && { 'x-telegram-bot-api-secret-token': secret }),
    },
    body: JSON.stringify(update),
  }).catch(() => undefined);
}
