import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { expect, test } from 'vitest';
import { createFold } from './fold.ts';
import { createSnapshots } from './snapshots.ts';

interface Sum {
  readonly sum: number;
}
const prefix = 'trading.sum';

function aFold(bus: Bus, { form = 'sum-1', reads = [] }: { form?: string; reads?: number[] } = {}) {
  return createFold<Sum, number>({
    log: bus.log(prefix),
    initial: { sum: 0 },
    evolve: ({ sum }, entry) => ({ sum: sum + entry }),
    read: ({ body, sequence }) => {
      reads.push(sequence);
      const [place, entry] = body.split(' ').map(Number);
      return { entry: entry ?? NaN, place };
    },
    write: (entry, place) => ({
      subject: `${prefix}.added`,
      id: `${place}`,
      body: `${place} ${entry}`,
    }),
    snapshots: createSnapshots<Sum>({
      bus,
      stream: 'TRADING',
      prefix,
      form,
      restore: (state) => ({ sum: sumIn(state) }),
      log: createSilentLogger(),
    }),
  });
}

function sumIn(state: unknown): number {
  return typeof state === 'object' && state !== null && 'sum' in state ? Number(state.sum) : NaN;
}

async function write(bus: Bus, count: number) {
  const fold = aFold(bus);
  await fold.catchUp();
  for (let left = count; left > 0; left -= 500)
    await fold.transact(() => Array.from({ length: Math.min(500, left) }, () => 1));
  return fold;
}

test('begins at its last snapshot and comes to the same state', async () => {
  const bus = createMemoryServer().connect();
  const written = await write(bus, 5_000);
  await written.keepSnapshot();
  await written.transact(() => [1, 1]);
  const reads: number[] = [];
  const fold = aFold(bus, { reads });
  await fold.catchUp();
  expect(fold.state).toEqual({ sum: 5_002 });
  expect(fold.count).toBe(5_002);
  expect(reads, 'only what came after').toHaveLength(2);
});

test('keeps no snapshot before there is enough to keep', async () => {
  const bus = createMemoryServer().connect();
  const written = await write(bus, 4_999);
  await written.keepSnapshot();
  await expect((await bus.bucket('snapshots')).entries()).resolves.toEqual([]);
});

test('reads all of the log where the snapshot is of another form, or damaged', async () => {
  const bus = createMemoryServer().connect();
  await (await write(bus, 5_000)).keepSnapshot();
  const other = aFold(bus, { form: 'sum-2' });
  await other.catchUp();
  expect(other.state.sum).toBe(5_000);
  const bucket = await bus.bucket('snapshots');
  const [entry] = await bucket.entries();
  await bucket.put(entry?.key ?? '', '{"form":"sum-1"}');
  const damaged = aFold(bus);
  await damaged.catchUp();
  expect(damaged.state.sum).toBe(5_000);
});

test('does not use a snapshot of a log that is not there any more', async () => {
  const bus = createMemoryServer().connect();
  await (await write(bus, 5_000)).keepSnapshot();
  const [entry] = await (await bus.bucket('snapshots')).entries();
  const restored = createMemoryServer().connect();
  await (await restored.bucket('snapshots')).put(entry?.key ?? '', entry?.value ?? '');
  await write(restored, 3);
  const fold = aFold(restored);
  await fold.catchUp();
  expect(fold.state.sum).toBe(3);
});

test('does not use a snapshot of what was written before the log was put back from a backup', async () => {
  const bus = createMemoryServer().connect();
  await (await write(bus, 5_000)).keepSnapshot();
  const [entry] = await (await bus.bucket('snapshots')).entries();
  // The same stream once more, by its name and its birth, in which another history has come as far.
  const restored = createMemoryServer().connect();
  const stream = await restored.streamIdentity('TRADING');
  const kept = { ...JSON.parse(entry?.value ?? ''), stream };
  await (await restored.bucket('snapshots')).put(entry?.key ?? '', JSON.stringify(kept));
  const other = aFold(restored);
  for (let left = 5_000; left > 0; left -= 500)
    await other.transact(() => Array.from({ length: 500 }, () => 2));
  const fold = aFold(restored);
  await fold.catchUp();
  expect(fold.state.sum).toBe(10_000);
});

test('refuses a log in which an entry is missing', async () => {
  const bus = createMemoryServer().connect();
  const log = bus.log(prefix);
  const first = await log.append([{ subject: `${prefix}.added`, id: 'a', body: '1 1' }], 0);
  const after = first.status === 'appended' ? first.sequence : 0;
  await log.append([{ subject: `${prefix}.added`, id: 'c', body: '3 1' }], after);
  await expect(aFold(bus).catchUp()).rejects.toMatchObject({
    code: 'LOG_GAP',
    message: expect.stringContaining('entry 2 is missing'),
  });
});

test('reads logs that do not count their entries', async () => {
  const bus = createMemoryServer().connect();
  await bus.log(prefix).append([{ subject: `${prefix}.added`, id: 'a', body: '1 7' }], 0);
  const fold = createFold<Sum, number>({
    log: bus.log(prefix),
    initial: { sum: 0 },
    evolve: ({ sum }, entry) => ({ sum: sum + entry }),
    read: ({ body }) => ({ entry: Number(body.split(' ')[1]) }),
    write: () => ({ subject: `${prefix}.added`, id: 'b', body: '' }),
  });
  await fold.catchUp();
  expect(fold.state.sum).toBe(7);
});
