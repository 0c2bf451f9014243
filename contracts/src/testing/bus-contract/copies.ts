import { setTimeout as sleep } from 'node:timers/promises';
import { firstValueFrom } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../bus/bus.ts';
import { eventually } from '../eventually.ts';
import { marketCopy, candle, candles, signal, ids, publishAll, acked } from './messages.ts';
import { settings, type OpenBus } from './bus-server.ts';

/** Every consumer has its own copy of every message, at its own pace. */
export function describeCopies(name: string, open: OpenBus): void {
  describe.concurrent(`${name}: copies`, () => {
    test('give each consumer every message from the oldest on, as it was published', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await publishAll(bus, [candle(1), signal(1), candle(2)]);
      for (const consumer of ['notifier', 'trade-log']) {
        const streams = ['MARKET', 'SIGNALS'] as const;
        const got = await acked(bus.copies({ consumer, streams }), 3);
        const byStream = got.toSorted((a, b) => a.stream.localeCompare(b.stream));
        expect(
          byStream.map(({ stream, sequence, subject, id, body }) => ({
            stream,
            sequence,
            subject,
            id,
            body,
          })),
        ).toEqual([
          { stream: 'MARKET', sequence: 1, ...candle(1) },
          { stream: 'MARKET', sequence: 2, ...candle(2) },
          { stream: 'SIGNALS', sequence: 1, ...signal(1) },
        ]);
        expect(Math.abs((byStream[0]?.storedTime ?? 0) - Date.now())).toBeLessThan(10_000);
      }
    });

    test('go on after a restart where the consumer stopped', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await publishAll(bus, candles(1, 3));
      {
        await using first = await server.connect();
        expect(await acked(first.copies(marketCopy), 2)).toHaveLength(2);
      }
      await using second = await server.connect();
      await bus.publish(candle(4));
      expect(ids(await acked(second.copies(marketCopy), 2))).toEqual(['c3', 'c4']);
    });

    test('go back when the consumer has kept less than it acknowledged', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await publishAll(bus, candles(1, 4));
      await acked(bus.copies(marketCopy), 4);
      const again = await acked(bus.copies({ ...marketCopy, after: { MARKET: 2 } }), 2);
      expect(ids(again)).toEqual(['c3', 'c4']);
    });

    test('do not go back when the consumer has kept all that it acknowledged', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await publishAll(bus, candles(1, 2));
      await acked(bus.copies(marketCopy), 2);
      await eventually(async () => expect(await bus.lag('copier')).toBe(0));
      const next = acked(bus.copies({ ...marketCopy, after: { MARKET: 2 } }), 1);
      await bus.publish(candle(3));
      expect(ids(await next)).toEqual(['c3']);
    });

    test('have at most maxInFlight out with a slow consumer', async () => {
      await using server = await open();
      await using bus = await server.connect({ ...settings, ackWaitMs: 60_000 });
      await publishAll(bus, candles(1, 8));
      const out: Delivery[] = [];
      const subscription = bus
        .copies({ ...marketCopy, maxInFlight: 3 })
        .subscribe((delivery) => out.push(delivery));
      await eventually(() => expect(out).toHaveLength(3));
      await sleep(50);
      expect(out).toHaveLength(3);
      out[0]?.ack();
      await eventually(() => expect(out).toHaveLength(4));
      await sleep(50);
      expect(out).toHaveLength(4);
      subscription.unsubscribe();
      for (const delivery of out) delivery.ack();
    });

    test('say how much waits behind a message, and how far a consumer lags', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await expect(bus.lag('copier')).rejects.toMatchObject({ code: 'NO_CONSUMER' });
      await publishAll(bus, candles(1, 3));
      const delivery = await firstValueFrom(bus.copies(marketCopy));
      expect(delivery).toMatchObject({ consumer: 'copier', deliveryCount: 1, pending: 2 });
      expect(await bus.lag('copier')).toBe(3);
      delivery.ack();
      await eventually(async () => expect(await bus.lag('copier')).toBe(2));
    });
  });
}
