// A thread of a grid: takes jobs one after the other, and answers each.
import { parentPort, workerData } from 'node:worker_threads';
import type { GridSetting, Job } from './job.ts';
import { createJobRunner } from './run-job.ts';

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
