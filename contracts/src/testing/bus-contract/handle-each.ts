import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { handleEach } from '../../bus/handle-each.ts';
import { PermanentError, TransientError } from '../../errors.ts';
import { eventually } from '../eventually.ts';
import { marketCopy, candle, candles, publishAll, deadLetters } from './messages.ts';
import { patient, settings, type OpenBus } from './bus-server.ts';

/** The operator that handles one delivery after the other, and what its handlers may do wrong. */
export function describeHandleEach(name: string, open: OpenBus): void {
  describe.concurrent(`${name}: handleEach`, () => {
    test('goes on after messages that cannot be parsed, that are refused and that meet a bug', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await publishAll(bus, candles(1, 4));
      const tries: string[] = [];
      const failures: string[] = [];
      const handled = bus.copies(marketCopy).pipe(
        handleEach({
          parse: ({ id }) => {
            if (id === 'c1') throw new SyntaxError('not JSON');
            return id;
          },
          handle: async (id) => {
            tries.push(id);
            if (id === 'c2') throw new PermanentError('REFUSED', 'no');
            if (id === 'c3') throw new TypeError('bug');
          },
          onError: (error) => failures.push(error instanceof Error ? error.name : ''),
          retryDelayMs: 5,
          maxAttempts: 3,
        }),
      );
      const subscription = handled.subscribe();
      await eventually(() => expect(tries).toEqual(['c2', 'c3', 'c3', 'c3', 'c4']));
      expect((await deadLetters(bus)).map(({ error }) => error)).toEqual([
        'INVALID_MESSAGE: not JSON',
        'REFUSED: no',
        'bug',
      ]);
      expect(failures).toEqual([
        'PermanentError',
        'PermanentError',
        'TypeError',
        'TypeError',
        'TypeError',
      ]);
      subscription.unsubscribe();
    });

    test('tries a message again for as long as the error is transient', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await publishAll(bus, candles(1, 2));
      const tries: string[] = [];
      const subscription = bus
        .copies(marketCopy)
        .pipe(
          handleEach({
            parse: ({ id }) => id,
            handle: async (id) => {
              tries.push(id);
              if (tries.length < 9) throw new TransientError('DOWN', 'not now');
            },
            retryDelayMs: 1,
          }),
        )
        .subscribe();
      await eventually(() => expect(tries.at(-1)).toBe('c2'));
      expect(tries).toEqual([...Array.from({ length: 9 }, () => 'c1'), 'c2']);
      expect(await bus.lastSequence('DEAD_LETTERS')).toBe(0);
      subscription.unsubscribe();
    });

    test('keeps a message while its handler takes longer than the bus waits', async () => {
      await using server = await open();
      await using bus = await server.connect(patient);
      await bus.publish(candle(1));
      let calls = 0;
      const subscription = bus
        .copies(marketCopy)
        .pipe(
          handleEach({
            parse: ({ id }) => id,
            handle: async () => {
              calls++;
              await sleep(patient.ackWaitMs * 1.5);
            },
          }),
        )
        .subscribe();
      await eventually(async () => expect(await bus.lag('copier')).toBe(0));
      expect(calls).toBe(1);
      subscription.unsubscribe();
    });

    test('on a stop finishes what it has begun and strands nothing', async () => {
      await using server = await open();
      const handled: string[] = [];
      const bus = await server.connect({ ...settings, ackWaitMs: 60_000, drainTimeoutMs: 5_000 });
      await publishAll(bus, candles(1, 20));
      const handle = handleEach({
        parse: ({ id }) => id,
        handle: async (id) => {
          await sleep(5);
          handled.push(id);
        },
      });
      const subscription = bus
        .copies({ ...marketCopy, maxInFlight: 8 })
        .pipe(handle)
        .subscribe();
      await eventually(() => expect(handled.length).toBeGreaterThan(3));
      subscription.unsubscribe();
      await bus.close();
      const stoppedAt = handled.length;
      await using next = await server.connect({ ...settings, ackWaitMs: 60_000 });
      const rest = next
        .copies({ ...marketCopy, maxInFlight: 8 })
        .pipe(handle)
        .subscribe();
      await eventually(() => expect(handled.length).toBeGreaterThanOrEqual(20));
      expect(stoppedAt).toBeLessThan(20);
      expect(handled.toSorted()).toEqual(
        candles(1, 20)
          .map(({ id }) => id)
          .toSorted(),
      );
      rest.unsubscribe();
    });

    test('completes after the last message when the bus closes under it', async () => {
      await using server = await open();
      const bus = await server.connect();
      await publishAll(bus, candles(1, 3));
      const handled: string[] = [];
      const finished = new Promise<void>((resolve, reject) => {
        bus
          .copies({ ...marketCopy, maxInFlight: 3 })
          .pipe(
            handleEach({
              parse: ({ id }) => id,
              handle: async (id) => {
                await sleep(20);
                handled.push(id);
              },
            }),
          )
          .subscribe({ complete: resolve, error: reject });
      });
      await eventually(() => expect(handled).toHaveLength(1));
      await bus.close();
      await finished;
      expect(handled).toEqual(['c1', 'c2', 'c3']);
    });
  });
}
