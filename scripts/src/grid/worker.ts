// A thread of a grid: takes jobs one after the other, and answers each.
import { enableCompileCache } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { GridSetting, Job } from './job.ts';

// The command's own cache is not that of its threads: without it they compile everything anew, which takes twice as long.
enableCompileCache();
const { createJobRunner } = await import('./run-job.ts');

const setting: GridSetting = workerData;
const running = createJobRunner(setting);

parentPort?.on('message', (job: Job) => {
  running
    .then((run) => run(job))
    .then(
      (result) => parentPort?.postMessage({ result }, []),
      (error: unknown) => parentPort?.postMessage({ error }, []),
    );
});
