import { deterministicId } from '@heliograph/contracts';
import { createMemoryServer } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { expect, test } from 'vitest';
import { portfolioForm, restorePortfolio } from './decision/state/restore.ts';
import { createSnapshots } from './snapshots.ts';
import { anOrder, hear, nowMs, openedWith } from './testing/portfolios.ts';

test('a portfolio that remembers all that it may still fits into a snapshot', async () => {
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const state = openedWith({ cash: '100000000' });
  for (let count = 0; count < 1_100; count++)
    hear(state, anOrder(state), { type: 'filled', quantity: '1', fillId: `trade-${count}` });
  for (let count = 0; state.decided.size < 22_000; count++)
    state.decided.set(deterministicId('test', `skipped ${count}`), nowMs + 7_919 * count);
  const snapshots = createSnapshots({
    bus,
    stream: 'TRADING',
    prefix: 'trading.paper',
    form: portfolioForm,
    restore: restorePortfolio,
    log: createSilentLogger(),
  });
  await snapshots.save({ state, sequence: 1, count: 1, last: '' });
  expect((await snapshots.load())?.state).toEqual(state);
});
