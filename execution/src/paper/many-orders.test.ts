import { candleEvent, OrderId, PortfolioSettings, subjects } from '@heliograph/contracts';
import { createMemoryServer, mostAppended } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { aCandle, someSettings } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { openPaperBroker } from './paper-broker.ts';

const count = mostAppended + 1;

/** A paper account in which more limit orders wait than its log takes at once. */
async function withManyOrders() {
  const bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const candle = aCandle({ at: 1, open: 89, high: 89, low: 89, close: 89, volume: 1e9 });
  const event = candleEvent(candle, { tape: 'live', source: 'test', recordedMs: 1 });
  const broker = await openPaperBroker({
    bus,
    account: 'many',
    tape: 'live',
    settings: someSettings({ cash: '1000000000' }),
    seenUpTo: 0,
    log: createSilentLogger(),
  });
  for (let number = 0; number < count; number++)
    await broker.place({
      id: OrderId.parse(`order${number}`),
      venue: candle.venue,
      symbol: candle.symbol,
      side: 'buy',
      type: 'limit',
      limitPrice: '90',
      size: { kind: 'base', quantity: PortfolioSettings.shape.cash.parse('1') },
      timeInForce: 'GTC',
      reduceOnly: false,
      timeMs: candle.openTime,
      tapeSequence: 0,
    });
  const play = async (): Promise<void> => {
    const message = { subject: subjects.candle(candle), id: event.id, body: JSON.stringify(event) };
    const { sequence } = await bus.publish(message);
    broker.onCandle(candle, sequence);
    await broker.matchMissed(candle.closeTime, async () => undefined);
  };
  return { broker, bus, play };
}

test('a candle that reaches more orders than the log takes at once fills all of them', async () => {
  const { broker, bus, play } = await withManyOrders();
  await using _bus = bus;
  await play();
  expect(broker.book.resting.size).toBe(0);
  const held = (await broker.balances()).find(({ currency }) => currency === 'BTC');
  expect(held?.total).toBe(String(count));
});

test('all that rests at the end of a tape is taken back, however much it is', async () => {
  const { broker, bus } = await withManyOrders();
  await using _bus = bus;
  await broker.cancelResting(Date.UTC(2026, 0, 6));
  expect(broker.book.resting.size).toBe(0);
});
