import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { killTradeLog } from './testing/kill-trade-log.ts';

test(
  'killed again and again while it writes, it has every event once in the end',
  { timeout: 60_000 },
  async () => {
    const rounds = 2;
    const { killsWhileWriting } = await killTradeLog(rounds, async (round, wrote) => {
      // However long it took to start.
      await expect.poll(wrote, { timeout: 20_000 }).toBe(true);
      await sleep(100 * round);
    });
    expect(killsWhileWriting).toBe(rounds);
  },
);
