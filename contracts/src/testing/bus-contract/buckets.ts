import { describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { type OpenBus } from './bus-server.ts';

/** Values by key, watched and changed at the revision that was seen. */
export function describeBuckets(name: string, open: OpenBus): void {
  describe.concurrent(`${name}: buckets`, () => {
    test('keep values by key, for every participant', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await using other = await server.connect();
      const bucket = await bus.bucket('state');
      const same = await other.bucket('state');
      expect(await bucket.get('paper')).toBeUndefined();
      expect(await bucket.entries()).toEqual([]);
      const revision = await bucket.put('paper', 'ACTIVE');
      expect(await same.get('paper')).toEqual({ key: 'paper', value: 'ACTIVE', revision });
      await same.put('live', 'HALTED');
      await bucket.delete('paper');
      expect(await same.get('paper')).toBeUndefined();
      expect((await bucket.entries()).map(({ key, value }) => [key, value])).toEqual([
        ['live', 'HALTED'],
      ]);
    });

    test('change a value only at the revision that was seen', async () => {
      await using server = await open();
      await using bus = await server.connect();
      const bucket = await bus.bucket('state');
      const first = await bucket.update('paper', 'ACTIVE', 0);
      expect(first).toBeGreaterThan(0);
      expect(await bucket.update('paper', 'HALTED', 0)).toBeUndefined();
      const second = await bucket.update('paper', 'HALTED', first ?? 0);
      expect(second).toBeGreaterThan(first ?? 0);
      expect(await bucket.update('paper', 'ACTIVE', first ?? 0)).toBeUndefined();
      await bucket.delete('paper');
      expect(await bucket.update('paper', 'ACTIVE', 0)).toBeGreaterThan(second ?? 0);
      expect((await bucket.get('paper'))?.value).toBe('ACTIVE');
    });

    test('show a watcher what is there, then every change', async () => {
      await using server = await open();
      await using bus = await server.connect();
      const bucket = await bus.bucket('state');
      await bucket.put('gone', 'x');
      await bucket.delete('gone');
      await bucket.put('paper', 'ACTIVE');
      const seen: unknown[] = [];
      const watch = bucket.watch().subscribe(({ key, value }) => seen.push([key, value]));
      await eventually(() => expect(seen).toEqual([['paper', 'ACTIVE']]));
      await bucket.put('paper', 'HALTED');
      await bucket.delete('paper');
      await eventually(() =>
        expect(seen).toEqual([
          ['paper', 'ACTIVE'],
          ['paper', 'HALTED'],
          ['paper', undefined],
        ]),
      );
      watch.unsubscribe();
    });
  });
}
