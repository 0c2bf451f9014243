import { createMemoryServer } from '@heliograph/contracts/bus';
import { expect, test } from 'vitest';
import { openTally } from './tally.ts';

const at = (sequence: number, consumer = 'one') => ({
  timeMs: sequence,
  place: { stream: 'TRADING', sequence, consumer },
});

test('each place is counted once for each consumer, in whichever order they come', async () => {
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const tally = openTally(bus, 'route');
  for (const sequence of [2, 3, 1, 3, 2, 1]) await tally.add('order_filled', at(sequence));
  await tally.add('order_filled', at(2, 'other'));
  await tally.add('announcement', { timeMs: 9 });
  await tally.add('announcement', { timeMs: 9 });
  expect(await tally.read()).toEqual({
    sinceMs: 1,
    untilMs: 9,
    counts: { order_filled: 4, announcement: 2 },
  });
});

test('what was counted long ago is known, and not kept for ever', async () => {
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const tally = openTally(bus, 'route');
  for (let sequence = 1; sequence <= 1_000; sequence++) await tally.add('skip', at(sequence));
  for (const sequence of [1, 500, 1_000]) await tally.add('skip', at(sequence));
  expect((await tally.read())?.counts).toEqual({ skip: 1_000 });
  const kept = await (await bus.bucket('digests')).get('route');
  expect(kept?.value.length).toBeLessThan(4_000);
});

test('what came while it was told is left for the next time', async () => {
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const tally = openTally(bus, 'route');
  await tally.add('fill', at(1));
  const counted = await tally.read();
  await tally.add('fill', at(2));
  await tally.add('skip', at(3));
  if (counted) await tally.told(counted);
  expect((await tally.read())?.counts).toEqual({ fill: 1, skip: 1 });
});
