import { TransientError } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { eventually } from '@heliograph/contracts/testing';
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

/** A bus that cannot write down a trigger as often as told. */
function forgetful(bus: Bus, times: number) {
  let left = times;
  return {
    ...bus,
    log(prefix: string) {
      const log = bus.log(prefix);
      return {
        ...log,
        async append(...[messages, expected]: Parameters<typeof log.append>) {
          if (messages.some(({ subject }) => subject.endsWith('order_triggered')) && left-- > 0)
            throw new TransientError('NATS', 'no answer');
          return log.append(messages, expected);
        },
      };
    },
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}

test('a price that reached a stop while nothing could be written down sells when it can be', async () => {
  await using double = await startBinanceDouble();
  const server = createMemoryServer({ drainTimeoutMs: 1 });
  await using bus = server.connect();
  await using _worker = startLiveWorker({ bus: forgetful(server.connect(), 3), double });
  await publish(bus, liveSignal('in', { stopLoss: { price: '49000' } }));
  await heldOrders(bus, 1);
  double.setPrice('BTCUSDT', '48900');
  await candle(bus, 48_900);
  // It is the only candle: the price has come back by the time that anybody looks again.
  double.setPrice('BTCUSDT', '49500');
  await eventually(async () => {
    expect(fold(await journalOf(bus)).positions.size).toBe(0);
  });
  expect(double.orders().filter((order) => order['side'] === 'SELL')).toHaveLength(1);
});
