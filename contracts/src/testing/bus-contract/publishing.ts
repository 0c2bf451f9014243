import { describe, expect, test } from 'vitest';
import { candle } from './messages.ts';
import { type OpenBus } from './bus-server.ts';

/** What is published is stored once, on a subject that a stream keeps. */
export function describePublishing(name: string, open: OpenBus): void {
  describe.concurrent(`${name}: publishing`, () => {
    test('stores a message once, however often it is published', async () => {
      await using server = await open();
      await using bus = await server.connect();
      const first = await bus.publish(candle(1));
      const second = await bus.publish(candle(2));
      expect(await bus.publish({ ...candle(1), body: 'other' })).toEqual({
        sequence: first.sequence,
        duplicate: true,
      });
      expect([first, second]).toEqual([
        { sequence: 1, duplicate: false },
        { sequence: 2, duplicate: false },
      ]);
      expect(await bus.lastSequence('MARKET')).toBe(2);
    });

    test('refuses a subject that no stream keeps, and one with wildcards', async () => {
      await using server = await open();
      await using bus = await server.connect();
      const publish = (subject: string): Promise<unknown> => bus.publish({ ...candle(1), subject });
      await expect(publish('weather.today')).rejects.toMatchObject({ code: 'NO_STREAM' });
      await expect(publish('market.*')).rejects.toMatchObject({ code: 'INVALID_SUBJECT' });
    });

    test('tells one storage of a stream from another', async () => {
      await using one = await open();
      await using other = await open();
      await using bus = await one.connect();
      await using again = await one.connect();
      await using elsewhere = await other.connect();
      const identity = await bus.streamIdentity('MARKET');
      expect(await again.streamIdentity('MARKET')).toBe(identity);
      expect(await elsewhere.streamIdentity('MARKET')).not.toBe(identity);
    });
  });
}
