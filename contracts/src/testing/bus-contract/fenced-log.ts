import { firstValueFrom, take, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Bus, Outgoing } from '../../bus/bus.ts';
import { ids } from './messages.ts';
import { type OpenBus } from './bus-server.ts';

/** A log that only takes what was written with knowledge of all before. */
export function describeFencedLog(name: string, open: OpenBus): void {
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

    test('takes a thousand messages at once, and no more', async () => {
      await using server = await open();
      await using bus = await server.connect();
      const log = bus.log('trading.paper');
      const batch = Array.from({ length: 1_001 }, (_, index) => entry(`e${index}`));
      await expect(log.append(batch, 0)).rejects.toMatchObject({ code: 'TOO_LARGE' });
      expect(await log.append(batch.slice(1), 0)).toEqual({ status: 'appended', sequence: 1_000 });
      expect(await bus.lastSequence('TRADING')).toBe(1_000);
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

    test('takes nothing for its own that another has written under the same ids', async () => {
      await using server = await open();
      const [first, second] = await Promise.all([server.connect(), server.connect()]);
      const theirs = [entry('e1'), entry('e2')];
      const ours = theirs.map((message) => ({ ...message, body: 'in other words' }));
      await first.log('trading.paper').append(theirs, 0);
      const log = second.log('trading.paper');
      expect(await log.append(ours, 0)).toEqual({ status: 'conflict' });
      expect(await log.append(ours.slice(0, 1), 0)).toEqual({ status: 'conflict' });
      expect((await log.readAfter(0)).map(({ body }) => body)).toEqual(
        theirs.map(({ body }) => body),
      );
      await Promise.all([first.close(), second.close()]);
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
}

function entry(id: string, portfolio = 'paper'): Outgoing {
  return { subject: `trading.${portfolio}.order_intended`, id, body: JSON.stringify({ id }) };
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
