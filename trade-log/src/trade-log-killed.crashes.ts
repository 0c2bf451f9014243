import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { killTradeLog } from './testing/kill-trade-log.ts';

/** `KILLS=200` for all of them. */
const kills = Number(process.env['KILLS'] ?? 24);

/** Every other one is killed somewhere in its first second, which it spends on beginning. */
const beginningMs = 1_000;
/** The others so much later than their first write, at most. */
const writingMs = 500;

test(`killed at ${kills} random moments under load, it has every acknowledged event once`, async () => {
  const begunMs = performance.now();
  const figures = await killTradeLog(kills, async (round, wrote) => {
    if (round % 2 === 0) return sleep(Math.random() * beginningMs);
    while (!wrote()) await sleep(5);
    return sleep(Math.random() * writingMs);
  });
  const seconds = Math.round((performance.now() - begunMs) / 1_000);
  process.stdout.write(`${JSON.stringify({ ...figures, seconds })}\n`);
  expect(figures.killsWhileWriting, 'half of them in the middle').toBeGreaterThanOrEqual(kills / 2);
});
