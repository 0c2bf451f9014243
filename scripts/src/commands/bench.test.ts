import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startCli, temporaryFolder } from '../testing/cli.ts';

const Spread = z.strictObject({ median: z.number(), min: z.number(), max: z.number() });
const Result = z.strictObject({
  machine: z.strictObject({
    cpu: z.string().min(1),
    cores: z.int().positive(),
    node: z.string(),
    natsServer: z.string(),
    syncsPerSecond: z.number().positive(),
    load: z.number(),
  }),
  quick: z.literal(true),
  rounds: z.literal(1),
  seconds: z.number(),
  scale: z.number(),
  rows: z.array(
    z.strictObject({
      measure: z.string(),
      figure: z.string(),
      unit: z.string(),
      ours: Spread,
      floor: Spread.optional(),
      ratio: Spread.optional(),
      target: z
        .strictObject({
          of: z.enum(['ratio', 'value']),
          bound: z.enum(['at most', 'at least']),
          limit: z.number(),
        })
        .optional(),
      met: z.boolean().optional(),
      facts: z.record(z.string(), z.number()).optional(),
    }),
  ),
});

/** Its temporary files are seen by nobody else; Node's compiled code lies where that of every process does. */
const environmentIn = (folder: string) => ({
  TMPDIR: folder,
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
});

async function measure(...args: string[]) {
  await using folder = await temporaryFolder();
  const env = environmentIn(folder.path);
  const all = ['bench', '--quick', '--json', ...args];
  const { code, stdout, stderr } = await startCli(all, { cwd: folder.path, env }).result;
  expect(stderr).not.toContain('heliograph:');
  expect(await readdir(folder.path), 'nothing is left behind').toEqual([]);
  const { rows, ...rest } = Result.parse(JSON.parse(stdout));
  // There is one round, so what was measured is all there.
  for (const { ours, floor, ratio, met, target } of rows) {
    expect(ours.median).toBeGreaterThan(0);
    expect(ratio?.median).toBe(floor && ours.median / floor.median);
    if (!target) continue;
    const judged = (target.of === 'ratio' ? ratio?.median : ours.median) ?? Number.NaN;
    expect(met).toBe(target.bound === 'at most' ? judged <= target.limit : judged >= target.limit);
  }
  return { code, rows, ...rest };
}

describe('bench', () => {
  test('measures over a real server, ours and floor in processes of their own', async () => {
    const { code, rows } = await measure('latency', 'throughput', '--seconds', '0.1');
    expect(code).toBe(0);
    expect(rows.map(({ measure: name, unit }) => `${name} ${unit}`)).toEqual([
      'latency ms',
      'latency ms',
      'throughput /s',
      'throughput /s',
      'throughput /s',
    ]);
    const [p50, p99, traded, skipped] = rows;
    expect(p50?.ours.median).toBeLessThanOrEqual(p99?.ours.median ?? 0);
    expect(p50?.facts).toMatchObject({ skipped: 0 });
    expect(traded?.facts, 'every signal is an order').toMatchObject({ skipped: 0, workers: 3 });
    const { signalsPerRound = 0 } = skipped?.facts ?? {};
    expect(skipped?.facts, 'the warm-up too').toMatchObject({ skipped: 2 * signalsPerRound });
  });

  test('measures log, backtest and replay; strict tells by its exit code of a missed target', async () => {
    const { code, rows } = await measure('replay', 'log', 'backtest', '--strict');
    expect(rows.map(({ measure: name }) => name)).toEqual(['log', 'backtest', 'replay']);
    expect(rows.every(({ floor }) => floor !== undefined)).toBe(true);
    expect(code).toBe(rows.every(({ met }) => met) ? 0 : 3);
  });

  test('measures the memory of everything in one process', async () => {
    const { code, rows, seconds } = await measure('memory', '--seconds', '0.25');
    expect({ code, seconds }).toEqual({ code: 0, seconds: 0.25 });
    expect(rows.map(({ figure }) => figure)).toEqual(['steady', 'growth, last to middle third']);
    expect(rows[0]?.facts?.['candles']).toBeGreaterThan(0);
  });

  test('ends at Ctrl-C, and takes its processes and files with it', async () => {
    await using folder = await temporaryFolder();
    const env = environmentIn(folder.path);
    await using cli = startCli(['bench', 'latency', '--seconds', '60'], { cwd: folder.path, env });
    await cli.said('stderr', /measuring latency/);
    cli.kill('SIGINT');
    expect(await cli.result).toMatchObject({ code: 130 });
    expect(await readdir(folder.path)).toEqual([]);
  });
});
