import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { floodWaitS } from './flood-control.ts';
import { isMethod, schemas, type Method, type Parameters } from './methods.ts';
import { readHtml } from './read-html.ts';
import { createUpdateQueue, type Update } from './updates.ts';

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

/** Instead of the true answer: Telegram's own refusal, or a fault on the way. */
export type Fault =
  | { readonly code: number; readonly description: string; readonly parameters?: object }
  /** Takes the request and never answers. */
  | 'hang'
  /** Breaks the connection. */
  | 'reset'
  /** Takes the message, then breaks the connection. */
  | 'lose the answer'
  /** Answers something that is not JSON. */
  | 'garbage';

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
  const received: ReceivedMessage[] = [];
  const taken: { chatId: number; atMs: number }[] = [];
  const notices: Parameters<'answerCallbackQuery'>[] = [];
  const menus: Parameters<'setMyCommands'>[] = [];
  const lost = new Map<number, 'deleted' | 'too old'>();
  const counts = new Map<Method, number>();
  const faults = new Map<Method | 'any', { fault: Fault; left: number }>();
  const updates = createUpdateQueue();
  let webhook: Parameters<'setWebhook'> | undefined;
  let lastUpdate = 1_000;
  let requests = 0;

  const nextFault = (method: Method | undefined): Fault | undefined => {
    const faulty = (method && faults.get(method)) ?? faults.get('any');
    if (!faulty || faulty.left === 0) return undefined;
    faulty.left--;
    return faulty.fault;
  };

  const knownChat = (id: number | string): id is number =>
    typeof id === 'number' && [chatId, ...chats].includes(id);

  const take = (
    sent: ReceivedMessage['sent'],
    { text, photo }: { text: string; photo?: Buffer },
  ): Answer => {
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

  const edit = (
    { chat_id: id, message_id: messageId }: { chat_id: number | string; message_id: number },
    change: Partial<Pick<ReceivedMessage, 'text' | 'buttons'>>,
  ): Answer => {
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
      const text = read(sent.text, sent.parse_mode, 4_096);
      return typeof text === 'string' ? take(sent, { text }) : text;
    }),
    sendPhoto: checked('sendPhoto', async (sent) => {
      const photo = Buffer.from(await sent.photo.arrayBuffer());
      if (photo.length === 0) return badRequest('file must be non-empty');
      if (!isPicture(photo)) return badRequest('IMAGE_PROCESS_FAILED');
      const caption = sent.caption ? read(sent.caption, sent.parse_mode, 1_024) : '';
      return typeof caption === 'string' ? take(sent, { text: caption, photo }) : caption;
    }),
    editMessageText: checked('editMessageText', (asked) => {
      const text = read(asked.text, asked.parse_mode, 4_096);
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
    const fault = nextFault(method);
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
  // The parser takes a moment to load, which no request should wait for.
  readHtml('ready');
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
    fault: (fault, times = Infinity, method) =>
      void faults.set(method ?? 'any', { fault, left: times }),
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
    lose: (messageId, how) => void lost.set(messageId, how),
    repeat: (update) => void tell(update),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function chatOf(id: number) {
  return { id, type: id < 0 ? 'supergroup' : 'private' };
}

function viewOf({ messageId, chatId, text }: ReceivedMessage) {
  const date = Math.floor(Date.now() / 1_000);
  return { message_id: messageId, date, chat: chatOf(chatId), text };
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

/** The text as people read it, or the refusal. */
function read(text: string, parseMode: 'HTML' | undefined, most: number): Answer | string {
  const html = parseMode ? readHtml(text) : { text };
  if (html.text === undefined) return badRequest(html.error);
  if (html.text.trim() === '') return badRequest('message text is empty');
  return html.text.length > most ? badRequest('message is too long') : html.text;
}

function from(id: number) {
  return { id, is_bot: false, first_name: `User ${id}`, username: `u${id}` };
}

type Answer =
  | { readonly result: object | boolean }
  | { readonly code: number; readonly description: string; readonly parameters?: object };

function checked<M extends Method>(
  method: M,
  handle: (asked: Parameters<M>) => Answer | Promise<Answer>,
): (asked: unknown) => Answer | Promise<Answer> {
  const schema: z.ZodType<Parameters<M>> = schemas[method];
  return (asked) => {
    const parsed = schema.safeParse(asked);
    return parsed.success ? handle(parsed.data) : badRequest(z.prettifyError(parsed.error));
  };
}

function badRequest(description: string): Answer {
  return { code: 400, description: `Bad Request: ${description}` };
}

function conflict(description: string): Answer {
  return { code: 409, description: `Conflict: ${description}` };
}

function tooMany(waitS: number): Answer {
  return {
    code: 429,
    description: `Too Many Requests: retry after ${waitS}`,
    parameters: { retry_after: waitS },
  };
}

function reply(response: ServerResponse, answer: Answer): void {
  const [status, body] =
    'result' in answer
      ? [200, { ok: true, result: answer.result }]
      : [answer.code, { ok: false, error_code: answer.code, ...answer, code: undefined }];
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function buttonsOf(keyboard: Parameters<'sendMessage'>['reply_markup']): Record<string, string> {
  const buttons = keyboard?.inline_keyboard.flat() ?? [];
  return Object.fromEntries(buttons.map(({ text, callback_data: data }) => [text, data]));
}

/** PNG or JPEG, by their first bytes. */
function isPicture(bytes: Buffer): boolean {
  const start = bytes.subarray(0, 4).toString('hex');
  return start === '89504e47' || start.startsWith('ffd8ff');
}

/** Of a form the values that are not text are JSON, as the Bot API wants them. */
async function readParameters(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type'] ?? '';
  const body = Buffer.concat(await request.toArray());
  if (!type.startsWith('multipart/form-data')) return JSON.parse(body.toString('utf8') || '{}');
  const form = await new Response(body, { headers: { 'content-type': type } }).formData();
  // telegraf names the method once more, which Telegram does not mind: the address counts.
  form.delete('method');
  return Object.fromEntries(
    [...form].map(([name, value]) => [
      name,
      typeof value === 'string' && !['caption', 'parse_mode'].includes(name)
        ? JSON.parse(value)
        : value,
    ]),
  );
}
