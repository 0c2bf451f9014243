import { subjects, toTime } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { aSignal, eventually } from '@heliograph/contracts/testing';
import { listPortfolios } from '@heliograph/execution';
import { tap } from 'rxjs';
import { afterEach, expect, test, vi } from 'vitest';
import { closeEverything } from './close-everything.ts';
import { entriesOf } from './open-entries.ts';
import { readView } from './portfolio-view.ts';
import { startPaperWorker } from '../testing/paper-worker.ts';

async function waitingEntry(bus: Bus): Promise<void> {
  const time = toTime(Date.now());
  const signal = aSignal({
    time,
    recordedtime: time,
    expirytime: toTime(Date.now() + 60_000),
    data: { entry: { type: 'limit', limitPrice: '90' } },
  });
  const subject = subjects.signal(signal.data);
  await bus.publish({ subject, id: signal.id, body: JSON.stringify(signal) });
  await eventually(async () => {
    const views = await Promise.all((await listPortfolios(bus)).map((each) => readView(bus, each)));
    expect(entriesOf(views).map(({ status }) => status)).toEqual(['accepted']);
  });
}

afterEach(() => vi.useRealTimers());

test('however long an entry is waited for, the journal is read once', async () => {
  const server = createMemoryServer({ drainTimeoutMs: 1 });
  await using bus = server.connect();
  await using _worker = startPaperWorker(server.connect());
  await waitingEntry(bus);
  const listed = () => listPortfolios(bus);
  let looks = 0;
  const read: number[] = [];
  const watched: Bus = {
    ...bus,
    read(options) {
      if (options.stream === 'TRADING') looks++;
      return bus.read(options).pipe(tap(({ sequence }) => read.push(sequence)));
    },
  };
  // Nobody has halted the portfolio: the entry stays, and is told.
  const left = await closeEverything(watched, await listed(), { reason: 'now', waitMs: 1_000 });
  expect(left).toMatchObject({ closed: [], held: [], entries: [{ symbol: 'BTC/USDT' }] });
  expect(looks).toBeGreaterThan(2);
  expect(read).toEqual([...new Set(read)]);
});

test.each([3_600_000, -3_600_000])(
  'what is left is waited for as long as was said, whatever the wall clock does (%i)',
  async (jumpMs) => {
    const server = createMemoryServer({ drainTimeoutMs: 1 });
    await using bus = server.connect();
    await using _worker = startPaperWorker(server.connect());
    await waitingEntry(bus);
    vi.useFakeTimers({ toFake: ['Date'] });
    const began = performance.now();
    let looks = 0;
    const watched: Bus = {
      ...bus,
      read(options) {
        if (options.stream === 'TRADING' && ++looks === 2) vi.setSystemTime(Date.now() + jumpMs);
        return bus.read(options);
      },
    };
    const left = await closeEverything(watched, await listPortfolios(bus), {
      reason: 'now',
      waitMs: 1_000,
    });
    expect(left.entries).toHaveLength(1);
    const tookMs = performance.now() - began;
    expect(tookMs).toBeGreaterThan(900);
    expect(tookMs).toBeLessThan(20_000);
  },
);
