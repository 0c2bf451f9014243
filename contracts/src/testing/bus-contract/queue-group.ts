import { setTimeout as sleep } from 'node:timers/promises';
import { firstValueFrom, map, take, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { handleEach } from '../../bus/handle-each.ts';
import { eventually } from '../eventually.ts';
import { signal, ids, publishAll } from './messages.ts';
import { settings, type OpenBus } from './bus-server.ts';

/** Members share the signals: each to one of them, each symbol in order. */
export function describeQueueGroup(name: string, open: OpenBus): void {
  describe.concurrent(`${name}: queue group`, () => {
    test('gives each signal to one member, each symbol in order, and shares the work', async () => {
      await using server = await open();
      // Nobody dies here, and nobody is to be taken for dead.
      const join = () => server.connect({ ...settings, ackWaitMs: 60_000 });
      const members = await Promise.all([join(), join(), join()]);
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
}
