import { parentPort, workerData } from 'node:worker_threads';
import { loadStrategy } from '@heliograph/signal-engine';
import { z } from 'zod';

/** Loads a strategy as a new process would, and says what is wrong with it, or nothing. */
const { strategy, params } = z
  .object({ strategy: z.string(), params: z.array(z.string()) })
  .parse(workerData);

const problem = await loadStrategy(strategy, params).then(
  () => '',
  (error: unknown) => (error instanceof Error ? error.message : String(error)),
);
parentPort?.postMessage(problem, []);
