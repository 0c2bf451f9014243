import { expect, test, vi } from 'vitest';
import { createPace } from './pace.ts';

test('waits as the tape did, so many times faster, and never for what is late', async () => {
  const waited: number[] = [];
  const now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
  const waitUntil = createPace(60, async (ms) => void waited.push(ms));
  await waitUntil(600_000);
  await waitUntil(660_000);
  now.mockReturnValue(2_500);
  await waitUntil(720_000);
  now.mockReturnValue(9_000);
  await waitUntil(780_000);
  expect(waited).toEqual([1_000, 500]);
  now.mockRestore();
});

test('as fast as it goes waits for nothing', async () => {
  const waitUntil = createPace('max', () => Promise.reject(new Error('it waits')));
  await waitUntil(0);
  await waitUntil(3_600_000);
  await expect(createPace(1, async () => undefined)(0)).resolves.toBe(undefined);
});
