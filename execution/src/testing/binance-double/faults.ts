/**
 * What goes wrong with requests to an endpoint such as `POST /api/v3/order`: `times` requests in a row, 1 by default, once so many
 * have gone well.
 */
export type Fault = { readonly on: string; readonly times?: number; readonly after?: number } & (
  | { readonly kind: 'lost_request' }
  /** Queries may not find the order for a while either. */
  | { readonly kind: 'lost_answer'; readonly hiddenMs?: number }
  | { readonly kind: 'late_request'; readonly ms: number }
  | { readonly kind: 'late_answer'; readonly ms: number }
  /** Another answer than the true one; `executed` says whether what was asked for happens all the same. */
  | {
      readonly kind: 'answer';
      readonly executed: boolean;
      readonly status: number;
      readonly body: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The order is there, but queries do not find it for so long. */
  | { readonly kind: 'hidden'; readonly hiddenMs: number }
);

/** Answers of Binance that leave open whether anything was done. */
export const unclearAnswers = {
  internalError: { status: 500, body: '' },
  badGateway: {
    status: 502,
    body: '<html><head><title>502 Bad Gateway</title></head><body>CloudFront</body></html>',
  },
  unavailable: { status: 503, body: 'Service Unavailable' },
  unknownError: {
    status: 503,
    body: json(-1000, 'Unknown error, please check your request or try again later.'),
  },
  unmapped: { status: 503, body: json(-1099, 'Not found, unauthorized, or unknown.') },
  messageBus: {
    status: 503,
    body: json(
      -1006,
      'An unexpected response was received from the message bus. Execution status unknown.',
    ),
  },
  timeout: {
    status: 408,
    body: json(
      -1007,
      'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
    ),
  },
} as const;

/** Answers of Binance to those who ask too much: nothing was done. */
export const limitAnswers = {
  tooManyRequests: {
    status: 429,
    headers: { 'Retry-After': '3' },
    body: json(
      -1003,
      'Too much request weight used; current limit is 6000 request weight per 1 MINUTE.',
    ),
  },
  tooManyOrders: {
    status: 429,
    headers: { 'Retry-After': '2' },
    body: json(-1015, 'Too many new orders; current limit is 100 orders per 10 SECOND.'),
  },
  banned: {
    status: 418,
    headers: { 'Retry-After': '120' },
    body: json(-1003, 'Way too much request weight used; IP banned until 1764110000000.'),
  },
} as const;

export interface Faults {
  add(fault: Fault): void;
  /** The next fault of the endpoint, which is used up by this. */
  take(endpoint: string): Fault | undefined;
}

export function createFaults(): Faults {
  const waiting: { fault: Fault; left: number; spared: number }[] = [];
  return {
    add: (fault) => void waiting.push({ fault, left: fault.times ?? 1, spared: fault.after ?? 0 }),
    take(endpoint) {
      const found = waiting.find(({ fault, left }) => left > 0 && fault.on === endpoint);
      if (found && found.spared > 0) {
        found.spared--;
        return undefined;
      }
      if (found) found.left--;
      return found?.fault;
    },
  };
}

function json(code: number, msg: string): string {
  return JSON.stringify({ code, msg });
}
