import { subjects, toTime } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { aSignal, eventually, someSettings } from '@heliograph/contracts/testing';
import { listPortfolios, startExecution } from '@heliograph/execution';
import { tap } from 'rxjs';
import { expect, test } from 'vitest';
import { closeEverything } from './close-everything.ts';
import { entriesOf } from './open-entries.ts';
import { readView } from './portfolio-view.ts';

const settings = someSettings({
  feeBps: '0',
});

test('however long an entry is waited for, the journal is read once', async () => {
  const server = createMemoryServer({ drainTimeoutMs: 1 });
  await using bus = server.connect();
  await using _worker = startExecution({
    bus: server.connect(),
    portfolio: 'paper',
    mode: 'paper',
    settings,
    worker: 'one',
    log: createSilentLogger(),
  });
  const time = toTime(Date.now());
  const signal = aSignal({
    time,
    recordedtime: time,
    expirytime: toTime(Date.now() + 60_000),
    data: { entry: { type: 'limit', limitPrice: '90' } },
  });
  const subject = subjects.signal(signal.data);
  await bus.publish({ subject, id: signal.id, body: JSON.stringify(signal) });
  const listed = () => listPortfolios(bus);
  await eventually(async () => {
    const views = await Promise.all((await listed()).map((each) => readView(bus, each)));
    expect(entriesOf(views).map(({ status }) => status)).toEqual(['accepted']);
  });
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
