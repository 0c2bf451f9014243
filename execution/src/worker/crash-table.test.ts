import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import {
  changesAmong,
  rowOf,
  rowsUnder,
  type CrashRow,
  type KilledRun,
} from '../testing/crash-table.ts';
import { coreOf } from '../testing/expected.ts';
import { expectOneTrade, inParallel } from '../testing/live-crashes.ts';
import { runLive } from '../testing/live-run.ts';
import type { MortalOptions } from '../testing/mortal.ts';
import { runPaper } from '../testing/paper-run.ts';

const page = await readFile(new URL('../../../docs/crashes.md', import.meta.url), 'utf8');

/** Kills a worker before and after each of its changes; both sides of a gap between two must tell the same. */
async function rowsOf(
  operations: readonly string[],
  atOnce: number,
  run: (death: MortalOptions, where: string) => Promise<KilledRun>,
): Promise<CrashRow[]> {
  // A slow machine is given the signal once more.
  const changes = changesAmong(operations).filter(
    ({ name, time }) => name !== 'acknowledge' || time === 1,
  );
  const rows = ['nothing', ...changes.map(({ name }) => name)].map((last) => ({
    last,
    told: new Set<string>(),
  }));
  const deaths = changes.flatMap(({ name, time }, at) =>
    [false, true].map((effect) => ({
      named: name,
      atOperation: time,
      effect,
      gap: at + Number(effect),
    })),
  );
  await inParallel(deaths, atOnce, async ({ gap, ...death }) => {
    const row = rows[gap];
    if (!row) throw new Error('there is no such gap');
    const where = `killed ${death.effect ? 'after' : 'before'} ${death.named} (${death.atOperation})`;
    row.told.add(JSON.stringify(rowOf(row.last, await run(death, where))));
  });
  return rows.flatMap(({ told }) => [...told].map((row): CrashRow => JSON.parse(row)));
}

test('docs/crashes.md tells what happens at the exchange wherever a live worker is killed', async () => {
  const undisturbed = await runLive({ out: 'stop' });
  expectOneTrade(undisturbed, 'undisturbed');
  const rows = await rowsOf(undisturbed.operations, 10, async (death, where) => {
    const run = await runLive({ out: 'stop', death });
    expect({ where, isDead: run.isDead }).toEqual({ where, isDead: true });
    expectOneTrade(run, where);
    return run;
  });
  expect(rows).toEqual(rowsUnder(page, 'With an exchange'));
});

test('docs/crashes.md tells what happens wherever a worker is killed that trades on paper', async () => {
  const undisturbed = await runPaper();
  const rows = await rowsOf(undisturbed.operations, 4, async (death, where) => {
    const run = await runPaper(death);
    expect({ where, isDead: run.isDead }).toEqual({ where, isDead: true });
    const journal = run.journal.map(coreOf);
    expect({ where, journal }).toEqual({ where, journal: undisturbed.journal.map(coreOf) });
    return run;
  });
  expect(rows).toEqual(rowsUnder(page, 'On paper').map((row) => ({ ...row, orders: '0' })));
});
