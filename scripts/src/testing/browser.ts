import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { temporaryFolder } from './cli.ts';

/** What the DevTools protocol says or answers; what is asked for is checked where it is used. */
type Message = Readonly<Record<string, unknown>>;

/** One page of a Chromium of its own. */
export interface BrowserPage extends AsyncDisposable {
  send(method: string, params?: object): Promise<Message>;
  /** The value of an expression, or what it promises, by way of JSON. */
  evaluate(expression: string): Promise<unknown>;
  /** Opens an address and waits until it has loaded. */
  open(url: string): Promise<void>;
  /** PNG, base64. */
  screenshot(): Promise<string>;
  /** What the page has said in its console, thrown, or broken its policy with. */
  readonly complaints: readonly string[];
  /** Addresses that it has asked for, itself included. */
  readonly requests: readonly string[];
}

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--hide-scrollbars',
  '--remote-debugging-port=0',
];

export async function openBrowser(chromium: string): Promise<BrowserPage> {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const child = spawn(chromium, [...flags, `--user-data-dir=${folder.path}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  child.once('close', () => resolve());
  stack.defer(() => {
    child.kill('SIGKILL');
    return ended;
  });
  let address: string | undefined;
  for await (const line of createInterface({ input: child.stderr })) {
    address = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
    if (address !== undefined) break;
  }
  child.stderr.resume();
  if (address === undefined) throw new Error(`${chromium} did not start`);
  const { send, sessions, socket } = await connect(address);
  stack.defer(() => socket.close());

  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const complaints: string[] = [];
  const requests: string[] = [];
  let loaded: (() => void) | undefined;
  sessions.set(String(sessionId), (method, params) => {
    if (method === 'Page.loadEventFired') loaded?.();
    if (method === 'Network.requestWillBeSent') requests.push(text(params, 'request', 'url'));
    if (method === 'Runtime.exceptionThrown' || method === 'Runtime.consoleAPICalled')
      complaints.push(JSON.stringify(params));
    if (method === 'Log.entryAdded') complaints.push(text(params, 'entry', 'text'));
  });
  const ask = (method: string, params: object = {}) => send(method, params, String(sessionId));
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await ask(`${domain}.enable`);
  return {
    send: ask,
    async evaluate(expression) {
      const answer = await ask('Runtime.evaluate', {
        expression: `(async () => JSON.stringify(await (${expression})))()`,
        awaitPromise: true,
      });
      return JSON.parse(text(answer, 'result', 'value') || 'null');
    },
    async open(url) {
      const { promise, resolve: done } = Promise.withResolvers<void>();
      loaded = done;
      await ask('Page.navigate', { url });
      await promise;
    },
    async screenshot() {
      return String((await ask('Page.captureScreenshot', { format: 'png' }))['data']);
    },
    complaints,
    requests,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

type Listener = (method: string, params: Message) => void;

/** The DevTools protocol: numbered questions and answers, and what is told unasked, by session. */
async function connect(address: string) {
  const socket = new WebSocket(address);
  const waiting = new Map<number, PromiseWithResolvers<Message>>();
  const sessions = new Map<string, Listener>();
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const message: Message = JSON.parse(String(data));
    const { id, method, sessionId, params, result, error } = message;
    const answered = waiting.get(Number(id));
    waiting.delete(Number(id));
    if (error !== undefined) answered?.reject(new Error(JSON.stringify(error)));
    else answered?.resolve(isMessage(result) ? result : {});
    if (typeof method === 'string' && isMessage(params))
      sessions.get(String(sessionId))?.(method, params);
  });
  const opened = Promise.withResolvers<void>();
  socket.addEventListener('open', () => opened.resolve());
  socket.addEventListener('error', () => opened.reject(new Error(`no answer from ${address}`)));
  await opened.promise;
  const send = (method: string, params: object, sessionId?: string): Promise<Message> => {
    const answer = Promise.withResolvers<Message>();
    waiting.set(++last, answer);
    socket.send(JSON.stringify({ id: last, method, params, sessionId }));
    return answer.promise;
  };
  return { send, sessions, socket };
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null;
}

/** The text at a path in a message; empty where there is none. */
function text(message: Message, ...path: readonly string[]): string {
  let value: unknown = message;
  for (const name of path) value = isMessage(value) ? value[name] : undefined;
  return typeof value === 'string' ? value : '';
}
