import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Exchange } from './exchange.ts';
import { eventsOf } from './market-events.ts';

/** What goes wrong with the streams of the market. */
export type Disturbance =
  /** Every connection breaks. */
  | { readonly kind: 'drop' }
  /** Connections stay and are dead, except for those that come later. */
  | { readonly kind: 'silence' }
  /** The next so many messages: lost, told twice, told late and so behind others, cut off, or something else altogether. */
  | { readonly kind: 'lose' | 'repeat' | 'cut' | 'garbage'; readonly times: number }
  | { readonly kind: 'late'; readonly times: number; readonly ms: number }
  /** The next so many connections are refused. */
  | { readonly kind: 'refuse'; readonly times: number; readonly status: number };

/** The streams of the market: `/ws/<names>` and `/stream?streams=<names>`. */
export interface MarketStream {
  /** How many connections have a subscription. */
  readonly subscribers: number;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  disturb(disturbance: Disturbance): void;
  /** Sends a message as it is to all who have subscribed to a stream. */
  send(name: string, text: string): void;
  close(): void;
}

interface Connection {
  readonly socket: WebSocket;
  readonly names: Set<string>;
  /** Whether messages say of which stream they are. */
  readonly combined: boolean;
  silent: boolean;
  toldMs: number;
  /** When its last requests came. */
  requests: number[];
}

const everyMs = 50;
const mostNames = 1_024;
const mostRequestsASecond = 5;

/** A quiet market tells nothing by itself, only what is sent. */
export function openMarketStream(
  exchange: Exchange,
  { isQuiet }: { isQuiet: boolean },
): MarketStream {
  const sockets = new WebSocketServer({ noServer: true });
  const connections = new Set<Connection>();
  const disturbances: Exclude<Disturbance, { kind: 'drop' | 'silence' }>[] = [];

  /** The next disturbance of a kind, used up once. */
  const take = (isOurs: (kind: string) => boolean) => {
    const at = disturbances.findIndex(({ kind }) => isOurs(kind));
    const found = disturbances[at];
    if (!found) return undefined;
    if (found.times > 1) disturbances[at] = { ...found, times: found.times - 1 };
    else disturbances.splice(at, 1);
    return found;
  };

  const deliver = (connection: Connection, text: string): void => {
    if (connection.silent) return;
    const { socket } = connection;
    const disturbance = take((kind) => kind !== 'refuse');
    switch (disturbance?.kind) {
      case 'lose':
        return;
      case 'repeat':
        socket.send(text);
        return socket.send(text);
      case 'cut':
        return socket.send(text.slice(0, text.length / 2));
      case 'garbage':
        return socket.send('<html>502 Bad Gateway</html>');
      case 'late':
        return void setTimeout(() => socket.send(text), disturbance.ms).unref();
      default:
        return socket.send(text);
    }
  };

  const tell = (): void => {
    const nowMs = exchange.nowMs();
    for (const connection of connections) {
      for (const name of connection.names)
        for (const data of eventsOf(exchange, name, connection.toldMs, nowMs))
          deliver(connection, JSON.stringify(connection.combined ? { stream: name, data } : data));
      connection.toldMs = nowMs;
    }
  };
  const timer = isQuiet ? undefined : setInterval(tell, everyMs);

  const answer = (connection: Connection, text: string): void => {
    const nowMs = Date.now();
    connection.requests = [...connection.requests.filter((ms) => ms > nowMs - 1_000), nowMs];
    if (connection.requests.length > mostRequestsASecond)
      return connection.socket.close(1008, 'Too many requests');
    const reply = (message: object): void => {
      if (!connection.silent) connection.socket.send(JSON.stringify(message));
    };
    const request = readRequest(text);
    if ('error' in request) return reply(request);
    const { id, method, params } = request;
    if (method === 'LIST_SUBSCRIPTIONS') return reply({ result: [...connection.names], id });
    for (const name of params)
      if (method === 'SUBSCRIBE') connection.names.add(name);
      else connection.names.delete(name);
    if (connection.names.size > mostNames) return connection.socket.close(1008, 'Too many streams');
    reply({ result: null, id });
  };

  const accept = (socket: WebSocket, url: URL): void => {
    const combined = url.pathname === '/stream';
    const text = combined
      ? (url.searchParams.get('streams') ?? '')
      : url.pathname.replace(/^\/ws\/?/, '');
    const connection: Connection = {
      socket,
      names: new Set(text.split('/').filter((name) => name.includes('@'))),
      combined,
      silent: false,
      toldMs: exchange.nowMs(),
      requests: [],
    };
    connections.add(connection);
    socket.on('close', () => connections.delete(connection));
    socket.on('message', (data) =>
      answer(connection, Buffer.isBuffer(data) ? data.toString() : ''),
    );
  };

  return {
    get subscribers() {
      return [...connections].filter(({ names, silent }) => names.size > 0 && !silent).length;
    },
    upgrade(request, socket, head) {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const refused = take((kind) => kind === 'refuse');
      const status = refused?.kind === 'refuse' ? refused.status : 404;
      if (refused || !/^\/(ws(\/|$)|stream$)/.test(url.pathname))
        return void socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\n\r\n`);
      sockets.handleUpgrade(request, socket, head, (opened) => accept(opened, url));
    },
    disturb(disturbance) {
      if (disturbance.kind === 'drop') for (const { socket } of connections) socket.terminate();
      else if (disturbance.kind === 'silence')
        for (const connection of connections) connection.silent = true;
      else disturbances.push(disturbance);
    },
    send(name, text) {
      for (const connection of connections)
        if (connection.names.has(name)) deliver(connection, text);
    },
    close() {
      clearInterval(timer);
      for (const { socket } of connections) socket.terminate();
      sockets.close();
    },
  };
}

type Request =
  | { readonly id: unknown; readonly method: string; readonly params: readonly string[] }
  | { readonly error: { readonly code: number; readonly msg: string } };

const methods: ReadonlySet<string> = new Set(['SUBSCRIBE', 'UNSUBSCRIBE', 'LIST_SUBSCRIPTIONS']);

function readRequest(text: string): Request {
  let request: unknown;
  try {
    request = JSON.parse(text);
  } catch {
    return refusal(3, 'Invalid JSON: expected value');
  }
  if (typeof request !== 'object' || request === null)
    return refusal(2, 'Invalid request: expected a map');
  const { id, method, params, ...others }: Record<string, unknown> = { ...request };
  const [other] = Object.keys(others);
  if (other !== undefined) return refusal(2, `Invalid request: unknown field \`${other}\``);
  if (typeof method !== 'string' || !methods.has(method))
    return refusal(2, `Invalid request: unknown variant ${JSON.stringify(method)}`);
  const names = Array.isArray(params) ? params.filter((name) => typeof name === 'string') : [];
  if (method !== 'LIST_SUBSCRIPTIONS' && (!Array.isArray(params) || names.length < params.length))
    return refusal(2, 'Invalid request: params must be an array of strings');
  return { id: id ?? null, method, params: names };
}

function refusal(code: number, msg: string): Request {
  return { error: { code, msg } };
}
