import { rebuildProjections, whenFree } from '@heliograph/trade-log';
import { exitCodes, type ExitCode } from '../exit.ts';
import type { Invocation } from '../invocation.ts';
import { count, duration } from '../output/format.ts';
import { createPlayProgress, type PlayProgress } from '../output/play-progress.ts';
import { openLogToWrite } from '../options/trade-log-options.ts';

/** All derived tables once more from the events: all of it, or none when it is interrupted. */
export async function rebuild(invocation: Invocation): Promise<ExitCode> {
  using log = await openLogToWrite(invocation);
  const { terminal, json } = invocation;
  const startedMs = performance.now();
  let progress: PlayProgress | undefined;
  let events = 0;
  await whenFree(() =>
    rebuildProjections(log.database, (done, total) => {
      progress ??= createPlayProgress(terminal, { unit: 'events', total });
      progress.at(done);
      events = done;
    }),
  );
  progress?.end();
  const elapsedMs = Math.round(performance.now() - startedMs);
  if (json) terminal.data(JSON.stringify({ db: log.database.name, events, elapsedMs }));
  else terminal.data(`Derived again from ${count(events)} events in ${duration(elapsedMs)}.`);
  return exitCodes.ok;
}
