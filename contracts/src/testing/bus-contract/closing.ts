import { setTimeout as sleep } from 'node:timers/promises';
import type { Observable } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { handleEach } from '../../bus/handle-each.ts';
import { marketCopy, candle, ids, acked } from './messages.ts';
import { settings, type OpenBus } from './bus-server.ts';

/** The end of a participant. */
export function describeClosing(name: string, open: OpenBus): void {
  describe.concurrent(`${name}: closing`, () => {
    test('ends what is open and refuses what comes after', async () => {
      await using server = await open();
      const bus = await server.connect();
      const bucket = await bus.bucket('state');
      const streams: Observable<unknown>[] = [
        bus.copies(marketCopy),
        bus.queue({ group: 'execution' }),
        bus.read({ stream: 'MARKET', follow: true }),
        bus.requests('control.status'),
        bucket.watch(),
      ];
      const ends = streams.map(
        (stream) =>
          new Promise<string>((resolve) => {
            stream.subscribe({ complete: () => resolve('complete'), error: String });
          }),
      );
      await sleep(50);
      await bus.close();
      await bus.close();
      expect(await Promise.all(ends)).toEqual(streams.map(() => 'complete'));
      await expect(bus.publish(candle(1))).rejects.toMatchObject({ code: 'BUS_CLOSED' });
    });

    test('bears a handler that outlasts it', async () => {
      await using server = await open();
      const bus = await server.connect({ ...settings, drainTimeoutMs: 20 });
      await bus.publish(candle(1));
      const begun = Promise.withResolvers<void>();
      const closed = Promise.withResolvers<void>();
      const failures: unknown[] = [];
      const ended = new Promise<void>((resolve) => {
        bus
          .copies(marketCopy)
          .pipe(
            handleEach({
              parse: ({ id }) => id,
              handle: () => {
                begun.resolve();
                return closed.promise;
              },
              onError: (error) => failures.push(error),
            }),
          )
          .subscribe({ complete: resolve });
      });
      await begun.promise;
      await bus.close();
      await sleep(20);
      closed.resolve();
      await ended;
      expect(failures).toEqual([]);
    });

    test('waits for a handler that still works, which can use the bus to its end', async () => {
      await using server = await open();
      const bus = await server.connect({ ...settings, ackWaitMs: 60_000, drainTimeoutMs: 5_000 });
      await bus.publish(candle(1));
      const begun = Promise.withResolvers<void>();
      bus
        .copies(marketCopy)
        .pipe(
          handleEach({
            parse: ({ id }) => id,
            handle: async () => {
              begun.resolve();
              await sleep(60);
              await bus.publish(candle(2));
            },
          }),
        )
        .subscribe();
      await begun.promise;
      await bus.close();
      await using next = await server.connect();
      expect(await next.lastSequence('MARKET')).toBe(2);
      expect(ids(await acked(next.copies(marketCopy), 1))).toEqual(['c2']);
    });
  });
}
