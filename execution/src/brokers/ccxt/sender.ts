import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../../clock.ts';

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
  /** Goes right in front of the socket. Sends nothing while the venue wants to hear nothing. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  /**
   * Runs what places an order: it gets one request that changes something through, and that only while there
   * is time left. With `abandonLate` a request that still waits for a connection or an answer then is given up.
   */
  once<T>(
    fence: Fence,
    run: () => Promise<T>,
  ): Promise<{ sending: Sending; result: PromiseSettledResult<T> }>;
}

interface Fence {
  readonly leftMs: () => number;
  readonly abandonLate: boolean;
}

interface Placement extends Fence {
  sending: Sending;
}

export function createSender({
  clock: { nowMs, steadyMs },
  redirect,
}: {
  clock: Clock;
  redirect: (url: string) => string;
}): Sender {
  const placements = new AsyncLocalStorage<Placement>();
  // Who goes on after a 429 is locked out. What too many orders cost, which may be a day, is not asked of questions.
  let quietUntilMs = -Infinity;
  let noOrdersUntilMs = -Infinity;

  const send = async (url: string, init: RequestInit, places: boolean): Promise<Response> => {
    if (steadyMs() < quietUntilMs) throw new Error('the venue has asked for a pause');
    // A request that is led elsewhere would be sent twice.
    const response = await fetch(url, { ...init, redirect: 'error' });
    if (isLimit(response)) {
      // Answers to requests that went out together come in any order: the longest pause holds.
      const untilMs = steadyMs() + pauseMs(response, nowMs());
      if (places && response.status === 429) noOrdersUntilMs = Math.max(noOrdersUntilMs, untilMs);
      else quietUntilMs = Math.max(quietUntilMs, untilMs);
    }
    return response;
  };

  const sendOnce = async (
    placement: Placement,
    url: string,
    init: RequestInit,
  ): Promise<Response> => {
    const { sending, abandonLate } = placement;
    if (sending.sent) throw new Error('one request for an order only');
    const leftMs = placement.leftMs();
    const pausedMs = Math.max(quietUntilMs, noOrdersUntilMs) - steadyMs();
    if (leftMs < 0) placement.sending = { ...sending, tooLate: true };
    else if (pausedMs > 0) placement.sending = { ...sending, retryAfterMs: pausedMs };
    else placement.sending = { ...sending, sent: true };
    if (!placement.sending.sent) throw new Error('not the time to send the order');
    const signals = [
      ...(init.signal ? [init.signal] : []),
      ...(abandonLate ? [AbortSignal.timeout(Math.round(leftMs))] : []),
    ];
    try {
      const response = await send(url, { ...init, signal: AbortSignal.any(signals) }, true);
      placement.sending = {
        ...placement.sending,
        status: response.status,
        ...(isLimit(response) && { retryAfterMs: pauseMs(response, nowMs()) }),
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
        ? sendOnce(placement, target, init)
        : send(target, init, false);
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

const defaultPauseMs = 1_000;

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

function isLimit({ status }: Response): boolean {
  return status === 429 || status === 418;
}

/** What the answer asks for, in seconds or as a date, which is by the clock that has dated the answer. */
function pauseMs({ headers }: Response, nowMs: number): number {
  const header = headers.get('retry-after') ?? '';
  const seconds = Number(header === '' ? Number.NaN : header);
  const ms = Number.isFinite(seconds)
    ? seconds * 1_000
    : Date.parse(header) - (Date.parse(headers.get('date') ?? '') || nowMs);
  return Number.isFinite(ms) && ms > 0 ? ms : defaultPauseMs;
}
