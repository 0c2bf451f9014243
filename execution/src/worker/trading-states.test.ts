import { createMemoryServer } from '@heliograph/contracts/bus';
import { eventually } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { createTradingStates } from './trading-states.ts';

const entry = {
  state: 'HALTED',
  reason: 'lunch',
  author: 'ann',
  time: '2026-01-05T00:00:00.000Z',
} as const;

async function followed() {
  const bus = createMemoryServer().connect();
  const bucket = await bus.bucket('trading-state');
  const states = createTradingStates(bus);
  return { bucket, states };
}

test('nothing can be relied on before the bucket was read', async () => {
  const { states } = await followed();
  expect(states.isReadable(['paper'])).toBe(false);
  const subscription = states.changes$.subscribe();
  await eventually(() => expect(states.isReadable(['paper'])).toBe(true));
  subscription.unsubscribe();
  expect(states.isReadable(['paper'])).toBe(false);
});

test('entries of a portfolio and of its base come in the order of their writing', async () => {
  const { bucket, states } = await followed();
  await bucket.put('paper-x', JSON.stringify(entry));
  await bucket.put('paper', JSON.stringify({ ...entry, state: 'ACTIVE' }));
  await bucket.put('other', JSON.stringify(entry));
  const subscription = states.changes$.subscribe();
  await eventually(() =>
    expect(states.wanted(['paper', 'paper-x']).map(({ state }) => state)).toEqual([
      'HALTED',
      'ACTIVE',
    ]),
  );
  subscription.unsubscribe();
});

test('an entry that makes no sense makes its portfolio unreadable, and only that', async () => {
  const { bucket, states } = await followed();
  const subscription = states.changes$.subscribe();
  await bucket.put('paper', '{"state":"SLEEPING"}');
  await eventually(() => expect(states.isReadable(['paper'])).toBe(false));
  expect(states.isReadable(['other'])).toBe(true);
  await bucket.put('paper', JSON.stringify(entry));
  await eventually(() => expect(states.isReadable(['paper'])).toBe(true));
  subscription.unsubscribe();
});

test('what a breaker has done is written down once', async () => {
  const { bucket, states } = await followed();
  const subscription = states.changes$.subscribe();
  await states.put('paper', entry);
  await eventually(() => expect(states.wanted(['paper'])).toHaveLength(1));
  await states.put('paper', entry);
  expect((await bucket.get('paper'))?.revision).toBe(states.wanted(['paper'])[0]?.revision);
  subscription.unsubscribe();
});

test('of three workers that tell what a breaker has done one is heard', async () => {
  const bus = createMemoryServer().connect();
  const bucket = await bus.bucket('trading-state');
  const workers = [1, 2, 3].map(() => createTradingStates(bus));
  await Promise.all(workers.map((states) => states.put('paper', entry)));
  expect(await bucket.get('paper')).toMatchObject({ revision: 1 });
});

test('it is told when the bucket was read for the first time', async () => {
  const { states } = await followed();
  let isRead = false;
  void states.firstRead.then(() => (isRead = true));
  await Promise.resolve();
  expect(isRead).toBe(false);
  const subscription = states.changes$.subscribe();
  await states.firstRead;
  expect(states.isReadable(['paper'])).toBe(true);
  subscription.unsubscribe();
});
