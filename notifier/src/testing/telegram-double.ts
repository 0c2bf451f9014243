import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { parseTelegramHtml } from './telegram-html.ts';

const SendMessage = z.strictObject({
  chat_id: z.union([z.int(), z.string().min(1)]),
  text: z.string(),
  parse_mode: z.literal('HTML').optional(),
  disable_notification: z.boolean().optional(),
  link_preview_options: z.strictObject({ is_disabled: z.boolean() }).optional(),
});

/** A message that was taken. */
interface ReceivedMessage {
  /** As people read it, without markup. */
  readonly text: string;
  readonly sent: z.infer<typeof SendMessage>;
  readonly atMs: number;
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

export interface TelegramDouble extends AsyncDisposable {
  readonly apiRoot: string;
  readonly token: string;
  readonly chatId: number;
  readonly received: readonly ReceivedMessage[];
  /** How many requests came, whatever became of them. */
  calls(): number;
  /** From now on so many requests meet that fault. Default: all. 0 mends it. */
  fault(fault: Fault, times?: number): void;
}

/** Telegram's limits, in ms and messages: one a second a chat, 20 a minute in a group. */
const floodLimits = [
  { count: 1, windowMs: 1_000, groupsOnly: false },
  { count: 20, windowMs: 60_000, groupsOnly: true },
];

/**
 * A Bot API server on the loopback for one bot and one chat. It answers as Telegram does and is stricter: fields that
 * it does not know are refused.
 */
export async function startTelegramDouble({
  token = '123456:double-secret',
  chatId = 4_711,
  limited = false,
}: { token?: string; chatId?: number; limited?: boolean } = {}): Promise<TelegramDouble> {
  const received: ReceivedMessage[] = [];
  let calls = 0;
  let faulty: { fault: Fault; left: number } | undefined;

  const nextFault = (): Fault | undefined => {
    if (!faulty || faulty.left === 0) return undefined;
    faulty.left--;
    return faulty.fault;
  };

  const floodWaitS = (): number => {
    const waits = floodLimits
      .filter(({ groupsOnly }) => chatId < 0 || !groupsOnly)
      .map(({ count, windowMs }) => (received.at(-count)?.atMs ?? -Infinity) + windowMs);
    return Math.ceil(Math.max(0, Math.max(...waits) - performance.now()) / 1_000);
  };

  const sendMessage = (body: unknown): Answer => {
    const parsed = SendMessage.safeParse(body);
    if (!parsed.success) return badRequest(z.prettifyError(parsed.error));
    const sent = parsed.data;
    if (sent.chat_id !== chatId) return badRequest('chat not found');
    const read = sent.parse_mode ? parseTelegramHtml(sent.text) : { text: sent.text };
    if (read.text === undefined) return badRequest(`can't parse entities: ${read.error}`);
    if (read.text.trim() === '') return badRequest('message text is empty');
    if (read.text.length > 4_096) return badRequest('message is too long');
    const waitS = limited ? floodWaitS() : 0;
    if (waitS > 0)
      return {
        code: 429,
        description: `Too Many Requests: retry after ${waitS}`,
        parameters: { retry_after: waitS },
      };
    received.push({ text: read.text, sent, atMs: performance.now() });
    const chat = { id: chatId, type: chatId < 0 ? 'group' : 'private' };
    const date = Math.floor(Date.now() / 1_000);
    return { result: { message_id: received.length, date, chat, text: read.text } };
  };

  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const [, method] = new RegExp(`^/bot${token}/(\\w+)$`).exec(request.url ?? '') ?? [];
    if (method === undefined) return { code: 401, description: 'Unauthorized' };
    if (method === 'getMe')
      return { result: { id: 123_456, is_bot: true, first_name: 'Double', username: 'DoubleBot' } };
    if (method !== 'sendMessage') return { code: 404, description: 'Not Found' };
    if (request.method !== 'POST') return { code: 405, description: 'Method Not Allowed' };
    if (!request.headers['content-type']?.startsWith('application/json'))
      return badRequest('the body is not JSON');
    return sendMessage(JSON.parse(await textOf(request)));
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    calls++;
    const fault = nextFault();
    if (fault === 'hang') return;
    if (fault === 'reset') return void request.socket.destroy();
    if (fault === 'garbage') return void response.end('<html>Welcome to the hotel network</html>');
    if (fault !== undefined && fault !== 'lose the answer') return reply(response, fault);
    const given = await answer(request);
    if (fault === 'lose the answer') request.socket.destroy();
    else reply(response, given);
  };

  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');

  return {
    apiRoot: `http://127.0.0.1:${address.port}`,
    token,
    chatId,
    received,
    calls: () => calls,
    fault: (fault, times = Infinity) => void (faulty = { fault, left: times }),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

type Answer =
  | { readonly result: object }
  | { readonly code: number; readonly description: string; readonly parameters?: object };

function badRequest(description: string): Answer {
  return { code: 400, description: `Bad Request: ${description}` };
}

function reply(response: ServerResponse, answer: Answer): void {
  const [status, body] =
    'result' in answer
      ? [200, { ok: true, result: answer.result }]
      : [answer.code, { ok: false, error_code: answer.code, ...answer, code: undefined }];
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = await request.toArray();
  return Buffer.concat(chunks).toString('utf8');
}
