import { setTimeout as sleep } from 'node:timers/promises';

const longestPauseMs = 50;

/**
 * Repeats a check until it holds; after the time is over its last failure counts. Soon at first, for most waits are short,
 * then less and less often: what takes seconds is not to be slowed down by being looked at.
 */
export async function eventually(
  check: () => void | Promise<void>,
  { timeoutMs = 60_000 }: { timeoutMs?: number } = {},
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 1.2, longestPauseMs)) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await sleep(pauseMs);
  }
}
