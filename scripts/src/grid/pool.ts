import { Worker } from 'node:worker_threads';
import type { GridSetting, Job, JobResult } from './job.ts';

type Answer = { readonly result: JobResult } | { readonly error: unknown };

/**
 * Runs jobs on so many threads; the results are in the order of the jobs, however fast each was.
 * @throws what the first job to fail has thrown; the threads are ended then
 */
export async function runJobs(
  setting: GridSetting,
  jobs: readonly Job[],
  { threads, onDone }: { threads: number; onDone: (done: number) => void },
): Promise<JobResult[]> {
  const results: JobResult[] = [];
  let next = 0;
  let done = 0;
  const workOn = async (worker: Worker): Promise<void> => {
    for (let at = next++; at < jobs.length; at = next++) {
      results[at] = await answerOf(worker, jobs[at]);
      onDone(++done);
    }
  };
  const workers = Array.from(
    { length: Math.min(threads, jobs.length) },
    () => new Worker(new URL('worker.ts', import.meta.url), { workerData: setting }),
  );
  try {
    await Promise.all(workers.map(workOn));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return results;
}

function answerOf(worker: Worker, job: Job | undefined): Promise<JobResult> {
  return new Promise((resolve, reject) => {
    const answered = (answer: Answer): void => {
      worker.off('error', reject);
      if ('result' in answer) resolve(answer.result);
      else reject(answer.error);
    };
    worker.once('message', answered);
    worker.once('error', reject);
    worker.postMessage(job, []);
  });
}
