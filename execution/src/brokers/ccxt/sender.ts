import { AsyncLocalStorage } from 'node:async_hooks';

/** What became of the one request that places an order. */
export interface Sending {
  /** False is certain: nothing went out. */
  readonly sent: boolean;
  /** It was too late to send it. */
  readonly tooLate: boolean;
  /** Of the answer, if there was one. */
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
}

export interface Sender {
  /** Goes right in front of the socket. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  /**
   * Runs what places an order: it gets one request that changes something through, and that only until `notAfterMs`.
   * With `abandonLate` a request that still waits for a connection or an answer by then is given up.
   */
  once<T>(
    fence: { notAfterMs: number; abandonLate: boolean },
    run: () => Promise<T>,
  ): Promise<{ sending: Sending; result: PromiseSettledResult<T> }>;
}

interface Placement {
  readonly notAfterMs: number;
  readonly abandonLate: boolean;
  sending: Sending;
}

export function createSender({
  nowMs,
  redirect,
}: {
  nowMs: () => number;
  redirect: (url: string) => string;
}): Sender {
  const placements = new AsyncLocalStorage<Placement>();

  const fetchOnce = async (
    placement: Placement,
    url: string,
    init: RequestInit,
  ): Promise<Response> => {
    if (placement.sending.sent) throw new Error('one request for an order only');
    const leftMs = placement.notAfterMs - nowMs();
    if (leftMs < 0) {
      placement.sending = { ...placement.sending, tooLate: true };
      throw new Error('too late to send the order');
    }
    placement.sending = { ...placement.sending, sent: true };
    const signals = [
      ...(init.signal ? [init.signal] : []),
      ...(placement.abandonLate ? [AbortSignal.timeout(leftMs)] : []),
    ];
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.any(signals) });
      placement.sending = {
        ...placement.sending,
        status: response.status,
        retryAfterMs: retryAfterMs(response.headers.get('retry-after'), nowMs()),
      };
      return response;
    } catch (error) {
      if (neverConnected(error)) placement.sending = { ...placement.sending, sent: false };
      throw error;
    }
  };

  return {
    async fetch(url, init) {
      const placement = placements.getStore();
      const target = redirect(url);
      return placement && init.method !== 'GET'
        ? fetchOnce(placement, target, init)
        : fetch(target, init);
    },
    async once(fence, run) {
      const placement: Placement = {
        ...fence,
        sending: { sent: false, tooLate: false, status: undefined, retryAfterMs: undefined },
      };
      const [result] = await Promise.allSettled([placements.run(placement, run)]);
      return { sending: placement.sending, result };
    },
  };
}

const codesBeforeConnecting = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Nothing can have been written, for there was no connection to write to. */
function neverConnected(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return (
    cause instanceof Error &&
    'code' in cause &&
    typeof cause.code === 'string' &&
    codesBeforeConnecting.has(cause.code)
  );
}

/** Seconds, or a date. */
function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}
