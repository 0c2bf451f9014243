import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { startAllInOne } from './child.ts';
import { rowOf, type Measure } from './measure.ts';
import { simulatedCandles } from './sample-market.ts';
import { median, slope } from './statistics.ts';
import { temporaryFolder } from './temporary-folder.ts';

const longerThanARound = 12;
const samples = 100;
/** More than any machine plays in that time. */
const candlesPerSecond = 20_000;
const mostCandles = 1_000_000;
const steadyMb = 250;
/** What the last third may hold more than the middle one, as a ratio. */
const flat = 1.05;

const Summary = z.object({ candles: z.number(), signals: z.number() });

/**
 * The resident memory of `heliograph start`, all services in one process, while it plays candles as fast as it can. Its
 * nats-server is a process of its own and not counted. There is no floor: the targets are absolute.
 */
export const memory: Measure = {
  name: 'memory',
  async run({ env, seconds, terminal, signal }) {
    await using folder = await temporaryFolder();
    const lastsMs = seconds * longerThanARound * 1_000;
    const candles = simulatedCandles(
      Math.min(mostCandles, Math.round((lastsMs / 1_000) * candlesPerSecond)),
    );
    const feed = join(folder.path, 'SIM_USDT-1m-simulated.csv');
    const lines = candles.map(({ openTime, open, high, low, close, volume }) =>
      [openTime, open, high, low, close, volume].join(','),
    );
    await writeFile(feed, `timestamp,open,high,low,close,volume\n${lines.join('\n')}\n`);
    await using run = await startAllInOne(env, { folder: folder.path, feed });

    const points: [seconds: number, mb: number][] = [];
    const startedMs = performance.now();
    for (let taken = 0; taken < samples; taken++) {
      await Promise.race([sleep(lastsMs / samples, undefined, { signal, ref: false }), run.failed]);
      points.push([(performance.now() - startedMs) / 1_000, await residentMb(run.pid)]);
      terminal.progress(`memory: ${taken + 1} of ${samples} samples`);
    }
    const { candles: played, signals } = Summary.parse(JSON.parse(await run.end()));
    const third = Math.floor(samples / 3);
    const values = points.map(([, mb]) => mb);
    const middle = values.slice(third, 2 * third);
    const last = values.slice(2 * third);
    const facts = {
      candles: played,
      signals,
      seconds: Math.round(lastsMs / 1_000),
      mbPerMinute: slope(points.slice(third)) * 60,
      peakMb: Math.max(...values),
    };
    return [
      rowOf({
        measure: 'memory',
        figure: 'steady',
        unit: 'MB',
        ours: last,
        target: { of: 'value', bound: 'at most', limit: steadyMb },
        facts,
      }),
      rowOf({
        measure: 'memory',
        figure: 'growth, last to middle third',
        unit: '×',
        ours: [median(last) / median(middle)],
        target: { of: 'value', bound: 'at most', limit: flat },
      }),
    ];
  },
};

/** Linux says it in a file; elsewhere `ps` does. */
async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kb =
    /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ??
    (await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])).stdout;
  return Number(kb) / 1_024;
}
