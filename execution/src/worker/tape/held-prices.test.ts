import { createMemoryServer } from '@heliograph/contracts/bus';
import { eventually } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { movedClock } from '../../testing/clocks.ts';
import { startBinanceDouble } from '../../testing/binance-double/binance-double.ts';
import {
  candle,
  heldOrders,
  journalOf,
  liveSignal,
  publish,
  startLiveWorker,
} from '../../testing/live-run.ts';

test('a stop that is held here while no prices come is told, once', async () => {
  await using double = await startBinanceDouble();
  const server = createMemoryServer({ drainTimeoutMs: 1 });
  await using bus = server.connect();
  const later = { laterMs: 0 };
  await using _worker = startLiveWorker({
    bus: server.connect(),
    double,
    clock: movedClock(later),
  });
  await publish(bus, liveSignal('in', { stopLoss: { price: '49000' } }));
  await heldOrders(bus, 1);
  await candle(bus, 50_000);
  const told = async () =>
    (await journalOf(bus)).flatMap((event) =>
      event.type === 'incident_reported' ? [event.data] : [],
    );
  later.laterMs = 40_000;
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await told()).toEqual([]);
  later.laterMs = 70_000;
  await eventually(async () => {
    expect(await told()).toMatchObject([{ kind: 'UNPROTECTED', symbol: 'BTC/USDT' }]);
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await told()).toHaveLength(1);
});
