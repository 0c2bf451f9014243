import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { main } from '../main.ts';

// Runs command lines one after the other in one process, which loads what they need once. To whoever calls, each is as
// in a process of its own: it has its folder, its environment and its output, and it has ended when nothing is left
// that would keep a process alive.

const Call = z.object({
  args: z.array(z.string()),
  cwd: z.string(),
  env: z.record(z.string(), z.string()),
  /** What is said last, on both outputs. */
  mark: z.string(),
});

process.on('message', (message) => void call(Call.parse(message)));
process.on('disconnect', () => process.exit(0));

async function call({ args, cwd, env, mark }: z.infer<typeof Call>): Promise<void> {
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.exitCode = undefined;
  await main(args);
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error');
  while (keptAlive() > idle) await sleep(1);
  // The folder may go now.
  process.chdir('/');
  process.send?.({ code: process.exitCode ?? 0 });
  process.stdout.write(mark);
  process.stderr.write(mark);
}

/** How many servers, connections, timers and the like a process would wait for. */
function keptAlive(): number {
  return process.getActiveResourcesInfo().length;
}

process.stdout.write('');
process.stderr.write('');
const idle = keptAlive();
