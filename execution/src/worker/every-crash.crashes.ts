import { describe, expect, test } from 'vitest';
import { expectOneTrade, inParallel, waysOut } from '../testing/live-crashes.ts';
import { runLive } from '../testing/live-run.ts';

const atOnce = 12;

describe.each(waysOut)('a live worker whose position is left by %s', (out) => {
  test(
    'may be killed at any operation, before or after its effect',
    { timeout: 1_200_000 },
    async () => {
      const undisturbed = await runLive({ out });
      expectOneTrade(undisturbed, 'undisturbed');
      const deaths = undisturbed.operations.flatMap((_, at) =>
        [false, true].map((effect) => ({ atOperation: at + 1, effect })),
      );
      let died = 0;
      const failures: string[] = [];
      await inParallel(deaths, atOnce, async (death) => {
        const where = `killed ${death.effect ? 'after' : 'before'} operation ${death.atOperation}`;
        try {
          const run = await runLive({ out, death });
          if (run.isDead) died++;
          expectOneTrade(run, `${where}, ${run.operations.at(-1)}`);
        } catch (error) {
          failures.push(`${where}: ${String(error)}`);
        }
      });
      expect(failures).toEqual([]);
      // Hints come when they come, so some runs have an operation less.
      expect(died).toBeGreaterThan(deaths.length * 0.8);
    },
  );
});
