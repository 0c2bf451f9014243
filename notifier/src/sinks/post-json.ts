import { PermanentError } from '@heliograph/contracts';
import { failed, longestWaitMs, type SendOutcome } from './sink.ts';

const usualRetryMs = 1_000;

/**
 * Sends JSON to an address. The address may be a secret: it appears in no outcome.
 * @param readRetryMs how long a refusal asks to be left alone, where it says so in its body
 */
export async function postJson(
  { what, url, headers = {} }: PostTo,
  body: object | string,
  {
    signal,
    timeoutMs,
    readRetryMs,
  }: {
    readonly signal: AbortSignal;
    readonly timeoutMs: number;
    readonly readRetryMs?: (body: string) => number | undefined;
  },
): Promise<SendOutcome> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      // Elsewhere is somebody else.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const text = (await response.text()).slice(0, 4_096);
    const after = Number(response.headers.get('retry-after') ?? Number.NaN) * 1_000;
    return outcomeOf(what, response.status, readRetryMs?.(text) ?? after);
  } catch (error) {
    return failed('UNREACHABLE', `${what} cannot be reached: ${reasonOf(error, timeoutMs)}`);
  }
}

export interface PostTo {
  /** For the log: `the webhook`. */
  readonly what: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function outcomeOf(what: string, status: number, retryMs: number): SendOutcome {
  const said = `${what} answers ${status}`;
  if (status >= 200 && status < 300) return { status: 'sent' };
  if (status === 429) {
    const wantedMs = Number.isFinite(retryMs) ? Math.max(0, retryMs) : usualRetryMs;
    const retryAfterMs = Math.min(wantedMs, longestWaitMs);
    return { ...failed('RATE_LIMIT', said), retryAfterMs };
  }
  if (status >= 500 || status === 408) return failed('DOWN', said);
  if (status >= 300 && status < 400)
    return { status: 'blocked', remedy: `${said}: it has moved, give its new address` };
  if ([401, 403, 404, 410].includes(status))
    return {
      status: 'blocked',
      remedy: `${said}: check its address, and what it wants to be shown`,
    };
  return { status: 'refused', error: new PermanentError('REFUSED', said) };
}

/** Never the message, which may hold the address. */
function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'for no known reason';
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return error.name === 'TimeoutError' ? `no answer within ${timeoutMs} ms` : error.name;
}
