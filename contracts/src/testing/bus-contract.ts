import {
  filter,
  firstValueFrom,
  map,
  Subject,
  take,
  takeUntil,
  toArray,
  type Observable,
} from 'rxjs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { PermanentError, TransientError } from '../errors.ts';
import { MessageDeadLettered } from '../dead-letter.ts';
import type { Bus, Delivery, Outgoing, StoredMessage } from '../bus/bus.ts';
import { handleEach } from '../bus/handle-each.ts';
import { eventually } from './eventually.ts';

/** A server with empty streams, on which each `connect` is a participant of its own. */
export interface BusServer extends AsyncDisposable {
  connect(options?: BusSettings): Promise<Bus>;
}

export interface BusSettings {
  readonly ackWaitMs?: number;
  readonly maxDeliver?: number;
  readonly drainTimeoutMs?: number;
}

/** What every bus must do, whatever carries it. */
export function describeBus(
  name: string,
  openServer: (settings: BusSettings) => Promise<BusServer>,
): void {
  const settings: Required<BusSettings> = { ackWaitMs: 400, maxDeliver: 3, drainTimeoutMs: 300 };
  const open = (): Promise<BusServer> => openServer(settings);

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
      await using bus = await server.connect();
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

  describe.concurrent(`${name}: answers`, () => {
    test('retry hands the message out again after the delay, and before later ones', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await publishAll(bus, candles(1, 2));
      const counts: string[] = [];
      const started = Date.now();
      await firstValueFrom(
        bus.copies(marketCopy).pipe(
          map((delivery) => {
            counts.push(`${delivery.message.id} ${delivery.deliveryCount}`);
            if (delivery.deliveryCount < 6 && delivery.message.id === 'c1') delivery.retry(20);
            else delivery.ack();
            return delivery.message.id;
          }),
          filter((id) => id === 'c2'),
        ),
      );
      // More often than maxDeliver: that is for messages that nobody answers.
      expect(counts).toEqual(['c1 1', 'c1 2', 'c1 3', 'c1 4', 'c1 5', 'c1 6', 'c2 1']);
      expect(Date.now() - started).toBeGreaterThan(90);
    });

    test('working keeps a message from being handed out again', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await bus.publish(candle(1));
      const deliveries: Delivery[] = [];
      const subscription = bus
        .copies(marketCopy)
        .subscribe((delivery) => deliveries.push(delivery));
      await eventually(() => expect(deliveries).toHaveLength(1));
      for (let index = 0; index < 9; index++) {
        await sleep(settings.ackWaitMs / 4);
        deliveries[0]?.working();
      }
      deliveries[0]?.ack();
      await sleep(settings.ackWaitMs * 1.5);
      expect(deliveries).toHaveLength(1);
      subscription.unsubscribe();
    });

    test('only the first answer counts', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await bus.publish(candle(1));
      const delivery = await firstValueFrom(bus.copies(marketCopy));
      delivery.ack();
      delivery.retry(0);
      await delivery.reject('too late');
      await eventually(async () => expect(await bus.lag('copier')).toBe(0));
      expect(await bus.lastSequence('DEAD_LETTERS')).toBe(0);
    });

    test('reject keeps the message as a dead letter with the error', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await publishAll(bus, candles(1, 2));
      const delivery = await firstValueFrom(bus.copies(marketCopy));
      await delivery.reject('INVALID_EVENT: no price');
      expect(await deadLetters(bus)).toMatchObject([
        {
          consumer: 'copier',
          stream: 'MARKET',
          sequence: 1,
          subject: candle(1).subject,
          error: 'INVALID_EVENT: no price',
          deliveries: 1,
          body: candle(1).body,
        },
      ]);
      expect(ids(await acked(bus.copies(marketCopy), 1))).toEqual(['c2']);
    });

    test('a message that is never answered becomes a dead letter and lets the next one through', async () => {
      await using server = await open();
      await using bus = await server.connect({ ...settings, ackWaitMs: 60 });
      await publishAll(bus, candles(1, 2));
      const counts: number[] = [];
      const next = await firstValueFrom(
        bus.copies(marketCopy).pipe(
          filter(({ message, deliveryCount }) => {
            if (message.id === 'c1') counts.push(deliveryCount);
            return message.id === 'c2';
          }),
        ),
      );
      next.ack();
      expect(counts).toEqual([1, 2, 3]);
      const [letter] = await deadLetters(bus);
      expect(letter?.error).toContain('delivered 3 times without an answer');
    });

    test('a dead letter that is rejected makes no further one', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await bus.publish(candle(1));
      await (await firstValueFrom(bus.copies(marketCopy))).reject('bad');
      const copy = { consumer: 'alerter', streams: ['DEAD_LETTERS'] } as const;
      await (await firstValueFrom(bus.copies(copy))).reject('bad too');
      expect(await bus.lastSequence('DEAD_LETTERS')).toBe(1);
      await eventually(async () => expect(await bus.lag('alerter')).toBe(0));
    });
  });

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
      await using bus = await server.connect();
      await bus.publish(candle(1));
      let calls = 0;
      const subscription = bus
        .copies(marketCopy)
        .pipe(
          handleEach({
            parse: ({ id }) => id,
            handle: async () => {
              calls++;
              await sleep(settings.ackWaitMs * 2.5);
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

  describe.concurrent(`${name}: queue group`, () => {
    test('gives each signal to one member, each symbol in order, and shares the work', async () => {
      await using server = await open();
      const members = await Promise.all([server.connect(), server.connect(), server.connect()]);
      await using bus = await server.connect();
      const handled: { member: number; id: string; symbol: string }[] = [];
      const running = new Set<string>();
      const overlaps: string[] = [];
      const subscriptions = members.map((member, index) =>
        member
          .queue({ group: 'execution' })
          .pipe(
            handleEach({
              parse: ({ id, subject }) => ({ id, symbol: subject.split('.')[3] ?? '' }),
              concurrency: Infinity,
              handle: async ({ id, symbol }) => {
                if (running.has(symbol)) overlaps.push(id);
                running.add(symbol);
                await sleep(2);
                running.delete(symbol);
                handled.push({ member: index, id, symbol });
              },
            }),
          )
          .subscribe(),
      );
      // Only when all take part can the work be shared.
      let early = 0;
      for (; new Set(handled.map(({ member }) => member)).size < members.length; early++) {
        await bus.publish(signal(1_000 + early, `S${early % 24}`));
        await sleep(1);
      }
      await eventually(() => expect(handled).toHaveLength(early));
      handled.length = 0;
      await publishAll(
        bus,
        Array.from({ length: 120 }, (_, index) => signal(index, `S${Math.floor(index / 5)}`)),
      );
      await eventually(() => expect(handled.length).toBeGreaterThanOrEqual(120));
      expect(new Set(ids(handled)).size).toBe(120);
      expect(handled).toHaveLength(120);
      expect(overlaps).toEqual([]);
      for (const symbol of new Set(handled.map((item) => item.symbol))) {
        const order = handled
          .filter((item) => item.symbol === symbol)
          .map(({ id }) => Number(id.slice(1)));
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }
      for (const index of members.keys())
        expect(handled.filter(({ member }) => member === index).length).toBeGreaterThan(12);
      for (const subscription of subscriptions) subscription.unsubscribe();
      await Promise.all(members.map((member) => member.close()));
    });

    test('hands the signal of a member that dies to another, before the later ones of its symbol', async () => {
      await using server = await open();
      await using bus = await server.connect();
      const dying = await server.connect();
      await publishAll(bus, [signal(1), signal(2), signal(3)]);
      const taken = await firstValueFrom(dying.queue({ group: 'execution' }));
      expect(taken.message.id).toBe('s1');
      await using other = await server.connect();
      const got: string[] = [];
      await firstValueFrom(
        other.queue({ group: 'execution' }).pipe(
          map((delivery) => {
            got.push(`${delivery.message.id} ${delivery.deliveryCount}`);
            delivery.ack();
            return delivery;
          }),
          take(3),
          toArray(),
        ),
      );
      expect(got).toEqual(['s1 2', 's2 1', 's3 1']);
      await dying.close();
    });

    test('does not let one slow symbol hold up the others', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await publishAll(bus, [signal(1, 'SLOW'), signal(2, 'A'), signal(3, 'B'), signal(4, 'C')]);
      const done: string[] = [];
      const slow = Promise.withResolvers<void>();
      const subscription = bus
        .queue({ group: 'execution' })
        .pipe(
          handleEach({
            parse: ({ id }) => id,
            concurrency: Infinity,
            handle: async (id) => {
              if (id === 's1') await slow.promise;
              done.push(id);
            },
          }),
        )
        .subscribe();
      await eventually(() => expect(done.toSorted()).toEqual(['s2', 's3', 's4']));
      slow.resolve();
      await eventually(() => expect(done).toHaveLength(4));
      subscription.unsubscribe();
    });

    test('loses and doubles nothing while members come and go', async () => {
      await using server = await open();
      await using bus = await server.connect();
      const handled: string[] = [];
      const work = async (): Promise<{ stop(): Promise<void> }> => {
        const member = await server.connect({
          ...settings,
          ackWaitMs: 60_000,
          drainTimeoutMs: 5_000,
        });
        const subscription = member
          .queue({ group: 'execution' })
          .pipe(
            handleEach({
              parse: ({ id }) => id,
              concurrency: Infinity,
              handle: async (id) => {
                await sleep(1);
                handled.push(id);
              },
            }),
          )
          .subscribe();
        return {
          stop: async () => {
            subscription.unsubscribe();
            await member.close();
          },
        };
      };
      let members = await Promise.all([work(), work()]);
      const published = (async () => {
        for (let index = 0; index < 300; index++)
          await bus.publish(signal(index, `S${index % 24}`));
      })();
      for (let index = 0; index < 4; index++) {
        await sleep(40);
        const [oldest, ...others] = members;
        members = [...others, await work()];
        await oldest?.stop();
      }
      await published;
      await eventually(() => expect(new Set(handled).size).toBe(300));
      expect(handled).toHaveLength(300);
      await Promise.all(members.map((member) => member.stop()));
    });
  });

  describe.concurrent(`${name}: fenced log`, () => {
    test('appends behind what was read, and refuses who has not read to the end', async () => {
      await using server = await open();
      await using bus = await server.connect();
      const log = bus.log('trading.paper');
      expect(await log.append([entry('e1')], 0)).toEqual({ status: 'appended', sequence: 1 });
      expect(await log.append([entry('e2')], 0)).toEqual({ status: 'conflict' });
      expect(await log.append([entry('e2')], 1)).toEqual({ status: 'appended', sequence: 2 });
      expect(ids(await log.readAfter(0))).toEqual(['e1', 'e2']);
      expect(ids(await log.readAfter(1))).toEqual(['e2']);
      expect(await log.readAfter(2)).toEqual([]);
    });

    test('is not disturbed by another log of the same stream', async () => {
      await using server = await open();
      await using bus = await server.connect();
      const log = bus.log('trading.paper');
      const other = bus.log('trading.paper-2');
      await log.append([entry('e1')], 0);
      expect(await other.append([entry('o1', 'paper-2')], 0)).toEqual({
        status: 'appended',
        sequence: 2,
      });
      expect(await log.append([entry('e2')], 1)).toEqual({ status: 'appended', sequence: 3 });
      expect(ids(await log.readAfter(0))).toEqual(['e1', 'e2']);
      expect(ids(await other.readAfter(0))).toEqual(['o1']);
    });

    test('appends several messages together or none of them', async () => {
      await using server = await open();
      await using bus = await server.connect();
      const log = bus.log('trading.paper');
      const batch = [entry('e1'), entry('e2'), entry('e3')];
      expect(await log.append(batch, 0)).toEqual({ status: 'appended', sequence: 3 });
      expect(await log.append([entry('e4'), entry('e5')], 1)).toEqual({ status: 'conflict' });
      expect(await log.append([entry('e4'), entry('e5')], 3)).toEqual({
        status: 'appended',
        sequence: 5,
      });
      expect(ids(await log.readAfter(0))).toEqual(['e1', 'e2', 'e3', 'e4', 'e5']);
      expect(await bus.lastSequence('TRADING')).toBe(5);
    });

    test('refuses an id that it holds already', async () => {
      await using server = await open();
      await using bus = await server.connect();
      const log = bus.log('trading.paper');
      await log.append([entry('e1')], 0);
      const duplicate = { code: 'DUPLICATE_ID' };
      await expect(log.append([entry('e1')], 1)).rejects.toMatchObject(duplicate);
      await expect(log.append([entry('e2'), entry('e1')], 1)).rejects.toMatchObject(duplicate);
      expect(ids(await log.readAfter(0))).toEqual(['e1']);
    });

    test('loses nothing between writers that race, and none writes without having read', async () => {
      await using server = await open();
      const writers = await Promise.all([server.connect(), server.connect()]);
      await Promise.all(writers.map(writeTwenty));
      await using bus = await server.connect();
      const all = await bus.log('trading.paper').readAfter(0);
      expect(new Set(ids(all)).size).toBe(2 * (20 + 7));
      expect(all).toHaveLength(2 * (20 + 7));
      for (const [index, { body, id }] of all.entries()) {
        const before = all[index - 1];
        const isFirst = !id.endsWith('more');
        expect(isFirst ? Number(body) : id).toBe(
          isFirst ? (before?.sequence ?? 0) : `${before?.id}-more`,
        );
      }
      await Promise.all(writers.map((writer) => writer.close()));
    });

    test('can be followed from a point on', async () => {
      await using server = await open();
      await using bus = await server.connect();
      const log = bus.log('trading.paper');
      await log.append([entry('e1'), entry('e2')], 0);
      await bus.log('trading.other').append([entry('o1', 'other')], 0);
      const followed = firstValueFrom(log.follow(1).pipe(take(3), toArray()));
      await log.append([entry('e3')], 2);
      await log.append([entry('e4')], 4);
      expect(ids(await followed)).toEqual(['e2', 'e3', 'e4']);
    });

    test('reads many messages whole and in order', async () => {
      await using server = await open();
      await using bus = await server.connect();
      const log = bus.log('trading.paper');
      const entries = Array.from({ length: 1_200 }, (_, index) => entry(`e${index}`));
      let last = 0;
      for (let index = 0; index < entries.length; index += 400) {
        const appended = await log.append(entries.slice(index, index + 400), last);
        last = appended.status === 'appended' ? appended.sequence : -1;
      }
      expect(ids(await log.readAfter(0))).toEqual(entries.map(({ id }) => id));
    });
  });

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

  describe.concurrent(`${name}: requests`, () => {
    test('are answered', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await using asker = await server.connect();
      bus
        .requests('control.status')
        .subscribe((request) => request.respond(`${request.subject}: ${request.body}`));
      await eventually(async () =>
        expect(await asker.request('control.status', 'how?')).toBe('control.status: how?'),
      );
    });

    test('go to one member of a group, and all members get some', async () => {
      await using server = await open();
      await using one = await server.connect();
      await using two = await server.connect();
      const answers = { one: 0, two: 0 };
      one.requests('control.status', { group: 'log' }).subscribe((request) => {
        answers.one++;
        request.respond('one');
      });
      two.requests('control.status', { group: 'log' }).subscribe((request) => {
        answers.two++;
        request.respond('two');
      });
      await eventually(async () => expect(await one.request('control.status', '')).toBe('two'));
      for (let index = 0; index < 30; index++) await one.request('control.status', '');
      expect(answers.one).toBeGreaterThan(0);
      expect(answers.two).toBeGreaterThan(0);
      const before = answers.one + answers.two;
      await one.request('control.status', '');
      expect(answers.one + answers.two).toBe(before + 1);
    });

    test('say when nobody is there and when nobody answers in time', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await expect(bus.request('control.nobody', '')).rejects.toMatchObject({
        name: 'TransientError',
        code: 'NO_RESPONDERS',
      });
      const silent = bus.requests('control.silent').subscribe();
      await eventually(() =>
        expect(bus.request('control.silent', '', { timeoutMs: 30 })).rejects.toMatchObject({
          name: 'TransientError',
          code: 'TIMEOUT',
        }),
      );
      silent.unsubscribe();
    });
  });

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

const marketCopy = { consumer: 'copier', streams: ['MARKET'] } as const;

function candle(index: number, symbol = 'BTC-USDT'): Outgoing {
  return {
    subject: `market.candle.binance.${symbol}.1m`,
    id: `c${index}`,
    body: JSON.stringify({ index, price: '€1.50' }),
  };
}

function candles(from: number, to: number): Outgoing[] {
  return Array.from({ length: to - from + 1 }, (_, index) => candle(from + index));
}

function signal(index: number, symbol = 'BTC-USDT'): Outgoing {
  const body = JSON.stringify({ index });
  return { subject: `trade_signal.sma-cross.binance.${symbol}`, id: `s${index}`, body };
}

function entry(id: string, portfolio = 'paper'): Outgoing {
  return { subject: `trading.${portfolio}.order_intended`, id, body: JSON.stringify({ id }) };
}

function ids(messages: readonly { id: string }[]): string[] {
  return messages.map(({ id }) => id);
}

async function publishAll(bus: Bus, messages: readonly Outgoing[]): Promise<void> {
  for (const message of messages) await bus.publish(message);
}

/** The first messages, each acknowledged as it comes. */
function acked(deliveries$: Observable<Delivery>, count: number): Promise<StoredMessage[]> {
  return firstValueFrom(
    deliveries$.pipe(
      map((delivery) => {
        delivery.ack();
        return delivery.message;
      }),
      take(count),
      toArray(),
    ),
  );
}

async function deadLetters(bus: Bus): Promise<MessageDeadLettered['data'][]> {
  const letters = await firstValueFrom(bus.read({ stream: 'DEAD_LETTERS' }).pipe(toArray()));
  return letters.map(({ body }) => MessageDeadLettered.parse(JSON.parse(body)).data);
}

/** Each entry says after which one it was written. */
async function writeTwenty(bus: Bus, writer: number): Promise<void> {
  const log = bus.log('trading.paper');
  let last = 0;
  for (let index = 0; index < 20;) {
    const first = { ...entry(`w${writer}-${index}`), body: String(last) };
    const second = { ...entry(`w${writer}-${index}-more`), body: 'with the one before' };
    const appended = await log.append(index % 3 === 0 ? [first, second] : [first], last);
    if (appended.status === 'appended') {
      last = appended.sequence;
      index++;
    } else last = (await log.readAfter(last)).at(-1)?.sequence ?? last;
  }
}
