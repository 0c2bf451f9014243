import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { ahead, createPace } from './pace-requests.ts';

test('each request waits for what those before it cost, in the order in which they came', async () => {
  const pace = createPace(() => 20);
  const startMs = performance.now();
  const turns: { cost: number; ms: number }[] = [];
  await Promise.all(
    [1, 2, 0.5, 1].map(async (cost) => {
      await pace(cost);
      turns.push({ cost, ms: performance.now() - startMs });
    }),
  );
  expect(turns.map(({ cost }) => cost)).toEqual([1, 2, 0.5, 1]);
  // A timer may be a part of a millisecond early.
  for (const [at, ms] of [0, 20, 60, 70].entries())
    expect(turns[at]?.ms).toBeGreaterThanOrEqual(ms - 1);
});

test('what runs ahead has its turn before all that waits, also behind others of its kind', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
  try {
    const pace = createPace(() => 5);
    const turns: string[] = [];
    const ask = async (name: string): Promise<void> => {
      await pace();
      turns.push(name);
    };
    const all = Promise.all([
      ask('first'),
      ask('question'),
      ask('another'),
      ahead(async () => {
        await Promise.resolve();
        await ask('order');
      }),
      ahead(() => ask('cancel')),
    ]);
    await vi.advanceTimersByTimeAsync(20);
    await all;
    expect(turns).toEqual(['first', 'cancel', 'order', 'question', 'another']);
  } finally {
    vi.useRealTimers();
  }
});

test('what was not used is not saved up', async () => {
  const pace = createPace(() => 20);
  await pace();
  await sleep(60);
  const startMs = performance.now();
  await pace();
  await pace();
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(19);
});

test('a wall clock that is set back holds nothing', async () => {
  const pace = createPace(() => 5);
  await pace();
  using clock = vi.spyOn(Date, 'now').mockReturnValue(0);
  await expect(Promise.all([pace(), pace()])).resolves.toHaveLength(2);
  expect(clock).not.toHaveBeenCalled();
});
