import { expect, test } from 'vitest';
import { interleave } from './rounds.ts';

const idle = new AbortController().signal;

test('takes both in turn, changes who is first, and does not count the warm-up', async () => {
  const order: string[] = [];
  const measure = (side: string) => (round: number) => {
    order.push(`${side}${round}`);
    return round;
  };
  const measured = await interleave(
    { rounds: 2, signal: idle },
    { ours: measure('ours'), floor: measure('floor') },
  );
  expect(order).toEqual(['floor0', 'ours0', 'ours1', 'floor1', 'floor2', 'ours2']);
  expect(measured).toEqual({ ours: [1, 2], floor: [1, 2] });
});

test('ends between two measurements when somebody wants it to', async () => {
  const abort = new AbortController();
  let measurements = 0;
  const measure = (): void => {
    measurements++;
    abort.abort(new Error('enough'));
  };
  const measuring = interleave(
    { rounds: 5, signal: abort.signal },
    { ours: measure, floor: measure },
  );
  await expect(measuring).rejects.toThrow('enough');
  expect(measurements).toBe(1);
});
