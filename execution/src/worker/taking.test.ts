import { type JournalEvent } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { eventually, someSettings } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { startBinanceDouble } from '../testing/binance-double/binance-double.ts';
import { journalOf, liveSignal, publish, startLiveWorker } from '../testing/live-run.ts';

const symbols = ['BTC/USDT', 'ETH/USDT'] as const;
const settings = someSettings({
  cash: '5000',
  lotSize: '0.00001',
  risk: { symbols: [...symbols], maxPositions: 2, maxClockSkewMs: 2_000 },
});
const on = 'POST /api/v3/order';

const enter = (bus: Bus, symbol: string): Promise<void> =>
  publish(bus, liveSignal(`in-${symbol}`, { symbol }));

async function isCompared(bus: Bus): Promise<void> {
  await eventually(async () =>
    expect(typesOf(await journalOf(bus))).toContain('reconciliation_reported'),
  );
}

async function filled(bus: Bus, count: number): Promise<JournalEvent[]> {
  let journal: JournalEvent[] = [];
  await eventually(async () => {
    journal = await journalOf(bus);
    expect(typesOf(journal).filter((type) => type === 'order_filled')).toHaveLength(count);
  });
  return journal;
}

const typesOf = (journal: readonly JournalEvent[]): string[] => journal.map(({ type }) => type);

test('orders of signals that come together are on their way together', async () => {
  await using double = await startBinanceDouble();
  double.setPrice('ETHUSDT', '50000');
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  await using _worker = startLiveWorker({ bus, double, settings });
  await isCompared(bus);
  double.fault({ on, kind: 'late_request', ms: 800, times: symbols.length });
  await Promise.all(symbols.map((symbol) => enter(bus, symbol)));
  const journal = await filled(bus, symbols.length);
  const orders = typesOf(journal).filter((type) => /order_(intended|filled)/.test(type));
  expect(orders).toEqual(['order_intended', 'order_intended', 'order_filled', 'order_filled']);
  expect(double.orders()).toHaveLength(symbols.length);
});

test('a request that hangs holds up no other signal', async () => {
  await using double = await startBinanceDouble();
  double.setPrice('ETHUSDT', '50000');
  await using bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  await using _worker = startLiveWorker({ bus, double, settings });
  await isCompared(bus);
  const [hanging, other] = symbols;
  double.fault({ on, kind: 'late_request', ms: 900 });
  await enter(bus, hanging);
  await eventually(async () => expect(typesOf(await journalOf(bus))).toContain('order_intended'));
  await enter(bus, other);
  const journal = await filled(bus, 2);
  const fills = journal.flatMap((event) =>
    event.type === 'order_filled' ? [event.data.symbol] : [],
  );
  expect(fills).toEqual([other, hanging]);
});
