import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError } from '@heliograph/contracts';

const firstDelayMs = 100;
const maxDelayMs = 5_000;

/**
 * Does it again after a TransientError, and again, each time after a longer pause. Any other error is thrown, and so is
 * an AbortError once the signal is aborted.
 */
export async function withRetry<T>(
  action: () => Promise<T>,
  options: { signal: AbortSignal; onFailure(error: TransientError, delayMs: number): void },
): Promise<T> {
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, maxDelayMs)) {
    options.signal.throwIfAborted();
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      options.onFailure(error, delayMs);
    }
    await sleep(delayMs, undefined, { signal: options.signal });
  }
}
