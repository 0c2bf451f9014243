import { setTimeout as sleep } from 'node:timers/promises';
import { firstValueFrom, Subject, takeUntil, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Bus, StoredMessage } from '../../bus/bus.ts';
import { eventually } from '../eventually.ts';
import { candle, candles, signal, ids, publishAll } from './messages.ts';
import { type OpenBus } from './bus-server.ts';

/** Streams are read from any place, as they are, and followed. */
export function describeReading(name: string, open: OpenBus): void {
  describe.concurrent(`${name}: reading`, () => {
    test('replays a stream from a sequence, from a time and by subject, up to its end', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await publishAll(bus, candles(1, 2));
      await sleep(15);
      const timeMs = Date.now();
      await sleep(15);
      await publishAll(bus, [candle(3), candle(4, 'ETH-USDT')]);
      const all = (options: Partial<Parameters<Bus['read']>[0]>): Promise<StoredMessage[]> =>
        firstValueFrom(bus.read({ stream: 'MARKET', ...options }).pipe(toArray()));
      expect(ids(await all({}))).toEqual(['c1', 'c2', 'c3', 'c4']);
      expect(ids(await all({ from: { sequence: 3 } }))).toEqual(['c3', 'c4']);
      expect(ids(await all({ from: { sequence: 9 } }))).toEqual([]);
      expect(ids(await all({ from: { timeMs } }))).toEqual(['c3', 'c4']);
      expect(ids(await all({ from: { timeMs: Date.now() + 60_000 } }))).toEqual([]);
      expect(ids(await all({ subject: 'market.candle.*.ETH-USDT.>' }))).toEqual(['c4']);
      expect(ids(await all({ stream: 'PAPER' }))).toEqual([]);
    });

    test('knows nothing of partitions', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await publishAll(bus, [signal(1, 'A'), signal(2, 'B'), signal(3, 'A')]);
      const read = bus.read({ stream: 'SIGNALS', subject: 'trade_signal.*.binance.A' });
      const got = await firstValueFrom(read.pipe(toArray()));
      expect(ids(got)).toEqual(['s1', 's3']);
      expect(got[0]?.subject).toBe(signal(1, 'A').subject);
    });

    test('goes on with what comes when it follows', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await publishAll(bus, candles(1, 2));
      const stop = new Subject<void>();
      const got: string[] = [];
      bus
        .read({ stream: 'MARKET', from: { sequence: 2 }, follow: true })
        .pipe(takeUntil(stop))
        .subscribe(({ id }) => got.push(id));
      await eventually(() => expect(got).toEqual(['c2']));
      await bus.publish(candle(3));
      await eventually(() => expect(got).toEqual(['c2', 'c3']));
      stop.next();
    });
  });
}
