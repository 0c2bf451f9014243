import { setTimeout as sleep } from 'node:timers/promises';
import { filter, firstValueFrom, map } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../bus/bus.ts';
import { eventually } from '../eventually.ts';
import { marketCopy, candle, candles, ids, publishAll, acked, deadLetters } from './messages.ts';
import { patient, settings, type OpenBus } from './bus-server.ts';

/** What becomes of a message by what its consumer answers, or does not. */
export function describeAnswers(name: string, open: OpenBus): void {
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
      await using bus = await server.connect(patient);
      await bus.publish(candle(1));
      const deliveries: Delivery[] = [];
      const subscription = bus
        .copies(marketCopy)
        .subscribe((delivery) => deliveries.push(delivery));
      await eventually(() => expect(deliveries).toHaveLength(1));
      for (let index = 0; index < 24; index++) {
        await sleep(patient.ackWaitMs / 16);
        deliveries[0]?.working();
      }
      deliveries[0]?.ack();
      await sleep(patient.ackWaitMs * 1.1);
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
}
