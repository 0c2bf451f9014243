import { setTimeout as sleep } from 'node:timers/promises';

/** Repeats a check until it holds; after the time is over its last failure counts. */
export async function eventually(
  check: () => void | Promise<void>,
  { timeoutMs = 10_000 }: { timeoutMs?: number } = {},
): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; ; await sleep(5)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}
