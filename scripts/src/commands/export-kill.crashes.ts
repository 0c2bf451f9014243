import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { shippedCandles } from '../testing/candles.ts';
import { runCli, startCli, temporaryFolder } from '../testing/cli.ts';

/** How often an export is killed; more by hand. */
const kills = Number(process.env['KILLS'] ?? 12);
const writingMs = 60;
const earlierText = 'before';

test('an export that is killed leaves what was under its name, or all of it', async () => {
  await using folder = await temporaryFolder();
  const [cwd, out] = [folder.path, join(folder.path, 'events.jsonl')];
  await runCli(['start', '--feed', shippedCandles, '--until-end', '--db', 'log.sqlite'], { cwd });
  const args = ['export', '--what', 'events', '--format', 'jsonl', '--db', 'log.sqlite'];
  const whole = hash(Buffer.from((await runCli(args, { cwd })).stdout));
  const before = hash(Buffer.from(earlierText));
  const found = { before: 0, all: 0, halves: 0 };
  for (let kill = 0; kill < kills; kill++) {
    await writeFile(out, earlierText);
    const drafts = () => readdirSync(cwd).filter((name) => name.includes('.part-'));
    const earlier = new Set(drafts());
    await using exporting = startCli([...args, '--out', out, '--force'], { cwd });
    let isOver = false;
    void exporting.result.then(() => (isOver = true));
    await eventually(() => {
      if (!isOver && drafts().every((name) => earlier.has(name))) throw new Error('not begun');
    });
    await sleep(Math.random() * writingMs);
    exporting.kill('SIGKILL');
    await exporting.result;
    if (drafts().length > 0) found.halves++;
    const left = hash(await readFile(out));
    expect([before, whole], `kill ${kill}`).toContain(left);
    found[left === whole ? 'all' : 'before']++;
  }
  process.stdout.write(`${JSON.stringify({ kills, ...found })}\n`);
  expect(found.before).toBeGreaterThan(0);
  expect(found.halves).toBeGreaterThan(0);
  await runCli([...args, '--out', out, '--force'], { cwd });
  expect(readdirSync(cwd).filter((name) => name.includes('.part-'))).toEqual([]);
});

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
