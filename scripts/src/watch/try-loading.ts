import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** A second usually; a machine that has much else to do takes longer, and nobody tries again before the next save. */
const withinMs = 60_000;

/** What keeps a strategy from being loaded now, in one sentence; undefined if nothing does. */
export async function tryLoading(
  strategy: string,
  params: readonly string[],
): Promise<string | undefined> {
  const worker = new Worker(new URL('load-worker.ts', import.meta.url), {
    workerData: { strategy, params },
  });
  const answer = once(worker, 'message').then(([problem]) => String(problem));
  const gone = once(worker, 'exit').then(() => `${strategy}: it ends the process that loads it`);
  const tooLong = sleep(withinMs, `${strategy}: it is not loaded after ${withinMs / 1000} s`, {
    ref: false,
  });
  try {
    const problem = await Promise.race([answer, gone, tooLong]);
    return problem === '' ? undefined : problem;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    answer.catch(() => {});
    gone.catch(() => {});
    await worker.terminate();
  }
}
