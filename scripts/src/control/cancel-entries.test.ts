import { subjects, toTime } from '@heliograph/contracts';
import { createMemoryServer } from '@heliograph/contracts/bus';
import { aSignal, eventually } from '@heliograph/contracts/testing';
import { listPortfolios } from '@heliograph/execution';
import { expect, test } from 'vitest';
import { cancelEntries } from './cancel-entries.ts';
import { entriesOf } from './open-entries.ts';
import { readView } from './portfolio-view.ts';
import { startPaperWorker } from '../testing/paper-worker.ts';

test('a symbol is cancelled at each venue at which it waits, by workers as they are', async () => {
  const server = createMemoryServer({ drainTimeoutMs: 1 });
  await using bus = server.connect();
  await using _worker = startPaperWorker(server.connect());
  for (const venue of ['binance', 'kraken']) {
    const time = toTime(Date.now());
    const signal = aSignal({
      id: venue,
      time,
      recordedtime: time,
      expirytime: toTime(Date.now() + 60_000),
      data: {
        venue,
        mode: 'paper',
        referencePrice: { price: '100', kind: 'last', time },
        entry: { type: 'limit', limitPrice: '90' },
      },
    });
    const subject = subjects.signal(signal.data);
    await bus.publish({ subject, id: signal.id, body: JSON.stringify(signal) });
  }
  const viewed = async () =>
    Promise.all((await listPortfolios(bus)).map((listed) => readView(bus, listed)));
  await eventually(async () => {
    const waiting = entriesOf(await viewed()).filter(({ status }) => status === 'accepted');
    expect(waiting).toHaveLength(2);
  });
  const views = await viewed();
  const command = { symbol: 'BTC/USDT', author: 'ann', command: 'once' };
  expect(await cancelEntries(bus, views, command)).toEqual(['paper']);
  // Given again, it is the same command.
  await cancelEntries(bus, views, command);
  await eventually(async () => expect(entriesOf(await viewed())).toEqual([]));
  expect(await bus.lastSequence('SIGNALS')).toBe(4);
});
