import type { Logger } from '@heliograph/contracts/service';
import type { Health } from './health.ts';

export interface Ping {
  /** Whoever knows it can keep the alarm from ringing: it appears in no log. */
  readonly url: string;
  /** Default 60,000. */
  readonly everyMs?: number;
}

const answerWithinMs = 10_000;

/** Calls an address while all is well; that no call comes is the alarm. */
export function startPings(
  { url, everyMs = 60_000 }: Ping,
  { current, log }: { current: () => Promise<Health>; log: Logger },
): AsyncDisposable {
  const stopping = new AbortController();
  let trouble: string | undefined;
  let calling: Promise<void> | undefined;

  const call = async (): Promise<void> => {
    if (!(await current()).isWell) return;
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(answerWithinMs)]);
    const what = await fetch(url, { signal }).then(async (response) => {
      await response.body?.cancel();
      return response.ok ? undefined : `it answers ${response.status}`;
    }, reasonOf);
    if (stopping.signal.aborted) return;
    if (what !== undefined && what !== trouble)
      log.warn({ why: what }, 'the ping does not get through');
    if (what === undefined && trouble !== undefined) log.info('the ping gets through again');
    trouble = what;
  };
  const begin = (): void => {
    calling ??= call()
      .catch((err: unknown) => log.error({ err }, 'the ping was not sent'))
      .finally(() => {
        calling = undefined;
      });
  };
  begin();
  const timer = setInterval(begin, everyMs);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      stopping.abort();
      await calling;
    },
  };
}

/** Never the message, which may hold the address. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be reached';
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause)
    return `it cannot be reached: ${String(cause.code)}`;
  return error.name === 'TimeoutError'
    ? `no answer within ${answerWithinMs} ms`
    : `it cannot be reached: ${error.name}`;
}
