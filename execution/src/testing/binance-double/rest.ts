import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkSignature, checkTime, keyOf } from './access.ts';
import { ApiError } from './api-error.ts';
import { endpoints, type Endpoint } from './endpoints.ts';
import type { Exchange } from './exchange.ts';
import type { Fault, Faults } from './faults.ts';
import type { createLimiter } from './limits.ts';
import { createParameters } from './parameters.ts';

/** A request as it arrived. */
export interface RecordedRequest {
  readonly timeMs: number;
  /** e.g. `POST /api/v3/order`. */
  readonly endpoint: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether what it asks for was done. */
  executed: boolean;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers requests as Binance does, unless a fault wants it otherwise. */
export function createRestHandler({
  exchange,
  faults,
  limiter,
  requests,
  signal,
}: {
  exchange: Exchange;
  faults: Faults;
  limiter: ReturnType<typeof createLimiter>;
  requests: RecordedRequest[];
  /** Ends what still waits. */
  signal: AbortSignal;
}): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const execute = (incoming: Incoming, record: RecordedRequest, fault?: Fault): Answer => {
    try {
      const endpoint = endpoints[incoming.endpoint];
      if (!endpoint) throw new ApiError(-1020, 'This operation is not supported.', 404);
      const headers = limiter.count(
        endpoint.weight(createParameters(new URLSearchParams(incoming.payload))),
        incoming.endpoint === 'POST /api/v3/order',
      );
      const result = run(endpoint, incoming, hiddenMsOf(fault));
      record.executed = true;
      return { status: 200, body: JSON.stringify(result), headers };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { status, code, message, headers } = error;
      return { status, body: JSON.stringify({ code, msg: message }), headers };
    }
  };

  const run = (endpoint: Endpoint, incoming: Incoming, hiddenMs: number): unknown => {
    const signature = /(?:^|&)signature=([^&]*)/.exec(incoming.payload)?.[1];
    const payload = incoming.payload.replace(/&?signature=[^&]*/, '');
    const parameters = createParameters(new URLSearchParams(payload));
    if (endpoint.access !== 'public') {
      const key = keyOf(exchange.keys, incoming.apiKey, { trades: endpoint.access === 'trade' });
      checkSignature(key, payload, signature);
      checkTime(parameters, exchange.nowMs());
    }
    const result = endpoint.run(exchange, parameters, { hiddenMs });
    parameters.end();
    return result;
  };

  return async (request, response) => {
    const incoming = await read(request);
    const parameters = Object.fromEntries(new URLSearchParams(incoming.payload));
    const record = {
      timeMs: exchange.nowMs(),
      endpoint: incoming.endpoint,
      parameters,
      executed: false,
    };
    requests.push(record);
    const fault = faults.take(incoming.endpoint);
    if (fault?.kind === 'late_request') await sleep(fault.ms, undefined, { signal });
    if (fault?.kind === 'lost_request') return void request.socket.destroy();
    if (fault?.kind === 'answer' && !fault.executed) return send(response, fault);
    const answer = execute(incoming, record, fault);
    if (fault?.kind === 'lost_answer') return void request.socket.destroy();
    if (fault?.kind === 'late_answer') await sleep(fault.ms, undefined, { signal });
    send(response, fault?.kind === 'answer' ? fault : answer);
  };
}

function hiddenMsOf(fault: Fault | undefined): number {
  return fault?.kind === 'hidden' || fault?.kind === 'lost_answer' ? (fault.hiddenMs ?? 0) : 0;
}

interface Incoming {
  readonly endpoint: string;
  readonly apiKey: string | undefined;
  /** Query and body, as they are signed. */
  readonly payload: string;
}

async function read(request: IncomingMessage): Promise<Incoming> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const url = new URL(request.url ?? '/', 'http://localhost');
  const body = Buffer.concat(chunks).toString();
  const query = url.search.slice(1);
  const apiKey = request.headers['x-mbx-apikey'];
  return {
    endpoint: `${request.method} ${url.pathname}`,
    apiKey: typeof apiKey === 'string' ? apiKey : undefined,
    payload: query && body ? `${query}&${body}` : query + body,
  };
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  const type = body.startsWith('{') || body.startsWith('[') ? 'application/json' : 'text/html';
  response.writeHead(status, { 'content-type': `${type};charset=UTF-8`, ...headers });
  response.end(body);
}
