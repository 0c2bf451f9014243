import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError } from '@heliograph/contracts';
import type { Logger } from '@heliograph/contracts/service';
import type { SendOutcome } from './sinks/sink.ts';

/** How long to wait before the same message is tried again: doubled from failure to failure. */
export interface RetryDelays {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Sends in place: what does not get through holds up what is behind it, so that the order is kept. */
export interface Outbox {
  /**
   * Tries until it is sent, or until `stopping` is aborted and the try in hand has failed.
   * @throws PermanentError when this message is refused for good
   */
  deliver(attempt: () => Promise<SendOutcome>, stopping: AbortSignal): Promise<'sent' | 'kept'>;
}

/** Each trouble is logged once, and once more when it is over. */
export function createOutbox({
  log,
  delays,
  onBlocked = () => undefined,
}: {
  log: Logger;
  delays: RetryDelays;
  /** Called once when a person has to mend something, with what it is. */
  onBlocked?: ((remedy: string) => void) | undefined;
}): Outbox {
  let trouble: { readonly name: string; readonly sinceMs: number } | undefined;

  const report = (name: string, tell: () => void): void => {
    if (trouble?.name === name) return;
    trouble = { name, sinceMs: trouble?.sinceMs ?? performance.now() };
    tell();
  };

  const recovered = (): void => {
    if (!trouble) return;
    const afterMs = Math.round(performance.now() - trouble.sinceMs);
    log.info({ afterMs }, 'alerts get through again');
    trouble = undefined;
  };

  return {
    async deliver(attempt, stopping) {
      for (let failures = 0; ; failures++) {
        const outcome = await attempt().catch(failedIfTransient);
        switch (outcome.status) {
          case 'sent':
            recovered();
            return 'sent';
          case 'refused':
            throw outcome.error;
          case 'failed': {
            const { error, retryAfterMs } = outcome;
            report(error.code, () => log.warn({ err: error }, 'alerts are held up'));
            const backoffMs = Math.min(delays.maxMs, delays.minMs * 2 ** failures);
            await pause(retryAfterMs ?? backoffMs, stopping);
            break;
          }
          case 'blocked': {
            const { remedy } = outcome;
            report(remedy, () => {
              log.error({ remedy }, 'alerts are blocked');
              onBlocked(remedy);
            });
            await pause(delays.maxMs, stopping);
            break;
          }
        }
        if (stopping.aborted) return 'kept';
      }
    },
  };
}

function failedIfTransient(error: unknown): SendOutcome {
  if (error instanceof TransientError) return { status: 'failed', error };
  throw error;
}

/** Ends early when the signal is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
