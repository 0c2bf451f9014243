import { createMemoryServer } from '@heliograph/contracts/bus';
import { eventually } from '@heliograph/contracts/testing';
import { firstValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { startBinanceDouble } from '../../testing/binance-double/binance-double.ts';
import {
  candle,
  fold,
  heldOrders,
  journalOf,
  liveSignal,
  publish,
  startLiveWorker,
} from '../../testing/live-run.ts';

test.each([
  { when: 'while a worker is there', isThere: true },
  { when: 'before one begins', isThere: false },
])('a stop works on where MARKET was lost in a power cut: reached $when', async ({ isThere }) => {
  await using double = await startBinanceDouble();
  const before = createMemoryServer({ drainTimeoutMs: 1 });
  await using bus = before.connect();
  {
    await using _worker = startLiveWorker({ bus: before.connect(), double });
    for (let minutes = 0; minutes < 10; minutes++) await candle(bus, 50_000);
    await publish(bus, liveSignal('in', { stopLoss: { price: '49000' } }));
    await heldOrders(bus, 1);
  }
  // The journal is synced before anything else is done; MARKET begins anew.
  const after = createMemoryServer({ drainTimeoutMs: 1 });
  await using other = after.connect();
  const entries = await firstValueFrom(bus.read({ stream: 'TRADING' }).pipe(toArray()));
  expect(fold(await journalOf(bus)).marketSequence).toBeGreaterThan(1);
  await other.log('trading.money').append(
    entries.map(({ subject, body }) => ({ subject, body, id: JSON.parse(body).id })),
    0,
  );
  double.setPrice('BTCUSDT', '48900');
  if (!isThere) await candle(other, 48_900);
  await using _next = startLiveWorker({ bus: after.connect(), double });
  await eventually(async () => {
    const types = (await journalOf(other)).map(({ type }) => type);
    expect(types.filter((type) => type === 'reconciliation_reported').length).toBeGreaterThan(0);
  });
  if (isThere) await candle(other, 48_900);
  double.setPrice('BTCUSDT', '49500');
  await eventually(async () => {
    expect(fold(await journalOf(other)).positions.size).toBe(0);
  });
  expect(double.orders().filter((order) => order['side'] === 'SELL')).toHaveLength(1);
});
