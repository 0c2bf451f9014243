import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { checkSignature, checkTime, keyOf } from './access.ts';
import { ApiError } from './api-error.ts';
import type { Exchange } from './exchange.ts';
import { createParameters } from './parameters.ts';

/** The WebSocket API: it tells those who subscribed what happens to orders and balances. */
export interface UserStream {
  /** How many subscriptions there are. */
  readonly subscribers: number;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  emit(event: object): void;
  /** Every connection breaks. */
  drop(): void;
  /** Connections stay and are dead: nothing is sent or answered on them any more. */
  silence(): void;
  /** The next so many connections break while they subscribe. */
  breakSubscriptions(times: number): void;
  close(): void;
}

interface Connection {
  readonly socket: WebSocket;
  subscriptionId: number | undefined;
  silent: boolean;
}

export const userStreamPath = '/ws-api/v3';

export function openUserStream(exchange: Exchange): UserStream {
  const connections = new Set<Connection>();
  let broken = 0;
  let subscriptions = 0;
  const sockets = new WebSocketServer({ noServer: true, autoPong: false });

  const answer = (connection: Connection, text: string): void => {
    const { id, method, params } = readRequest(text);
    try {
      const result = run(connection, method, params);
      if (result) reply(connection, { id, status: 200, result, rateLimits: [] });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { status, code, message } = error;
      reply(connection, { id, status, error: { code, msg: message }, rateLimits: [] });
    }
  };

  const run = (
    connection: Connection,
    method: string,
    params: Readonly<Record<string, string>>,
  ): object | undefined => {
    switch (method) {
      case 'ping':
        return {};
      case 'time':
        return { serverTime: exchange.nowMs() };
      case 'userDataStream.subscribe.signature': {
        if (broken > 0) {
          broken--;
          connection.socket.terminate();
          return undefined;
        }
        const { signature, ...signed } = params;
        const payload = new URLSearchParams(
          Object.entries(signed).toSorted(([a], [b]) => (a < b ? -1 : 1)),
        );
        const parameters = createParameters(payload);
        const key = keyOf(exchange.keys, parameters.required('apiKey'), { trades: false });
        checkSignature(key, payload.toString(), signature);
        checkTime(parameters, exchange.nowMs());
        parameters.end();
        connection.subscriptionId = subscriptions++;
        return { subscriptionId: connection.subscriptionId };
      }
      case 'userDataStream.unsubscribe':
        connection.subscriptionId = undefined;
        return {};
      default:
        throw new ApiError(-1000, `Unknown method '${method}'.`);
    }
  };

  const accept = (socket: WebSocket): void => {
    const connection: Connection = { socket, subscriptionId: undefined, silent: false };
    connections.add(connection);
    socket.on('close', () => connections.delete(connection));
    socket.on('ping', (data) => {
      if (!connection.silent) socket.pong(data);
    });
    socket.on('message', (data) =>
      answer(connection, Buffer.isBuffer(data) ? data.toString() : ''),
    );
  };

  return {
    get subscribers() {
      return [...connections].filter(({ subscriptionId }) => subscriptionId !== undefined).length;
    },
    upgrade: (request, socket, head) => sockets.handleUpgrade(request, socket, head, accept),
    emit(event) {
      for (const connection of connections) {
        const { subscriptionId } = connection;
        if (subscriptionId !== undefined) reply(connection, { subscriptionId, event });
      }
    },
    drop() {
      for (const { socket } of connections) socket.terminate();
    },
    silence() {
      for (const connection of connections) connection.silent = true;
    },
    breakSubscriptions: (times) => void (broken += times),
    close() {
      for (const { socket } of connections) socket.terminate();
      sockets.close();
    },
  };
}

function reply(connection: Connection, message: object): void {
  if (!connection.silent) connection.socket.send(JSON.stringify(message));
}

function readRequest(text: string): {
  id: unknown;
  method: string;
  params: Record<string, string>;
} {
  const { id, method, params } = JSON.parse(text);
  const entries = Object.entries(params ?? {}).map(([name, value]) => [name, String(value)]);
  return { id, method: String(method), params: Object.fromEntries(entries) };
}
