import { TransientError } from '@heliograph/contracts';
import { createMemoryServer, type Bucket, type Bus } from '@heliograph/contracts/bus';
import { eventually } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';

import { asked, openBot } from '../testing/open-bot.ts';

function away(): never {
  throw new TransientError('UNREACHABLE', 'the message server cannot be reached');
}

/** A bus whose buckets fail while it is away, once with the change made and its answer lost. */
function aFlakyBus(bus: Bus) {
  const state: { is: 'there' | 'away' | 'mute' } = { is: 'there' };
  const flaky: Bus = Object.assign(Object.create(bus), {
    async bucket(name: string): Promise<Bucket> {
      const bucket = await bus.bucket(name);
      return {
        get: async (key) => (state.is === 'away' ? away() : bucket.get(key)),
        put: async (key, value) => (state.is === 'away' ? away() : bucket.put(key, value)),
        async update(key, value, revision) {
          if (state.is === 'away') away();
          const updated = await bucket.update(key, value, revision);
          return state.is === 'mute' ? away() : updated;
        },
        delete: (key) => bucket.delete(key),
        entries: async () => (state.is === 'away' ? away() : bucket.entries()),
        watch: () => bucket.watch(),
      };
    },
  });
  return { flaky, state };
}

test.concurrent('a bot that begins while the message server is away hears as soon as that is back', async () => {
  await using server = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const { flaky, state } = aFlakyBus(server);
  state.is = 'away';
  await using here = await openBot({}, { bus: flaky });
  here.double.say('/version');
  await here.bus.bucket('anything');
  expect(here.double.calls('getUpdates')).toBe(0);
  state.is = 'there';
  await eventually(() => expect(here.double.received.length).toBe(1));
});

test.concurrent('who presses while the message server is away is told, and presses again', async () => {
  await using server = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const { flaky, state } = aFlakyBus(server);
  await using here = await openBot({}, { bus: flaky });
  const { double, done } = here;
  const { messageId, yes } = await asked(double, '/panic');
  state.is = 'away';
  double.press(messageId, yes);
  await eventually(() => expect(double.notices.map(({ text }) => text)).toEqual([pressAgain]));
  expect(done).toEqual([]);
  state.is = 'there';
  double.press(messageId, yes);
  await eventually(() => expect(done).toHaveLength(1));
});

test.concurrent('a confirmation whose answer was lost is good, and once', async () => {
  await using server = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const { flaky, state } = aFlakyBus(server);
  await using here = await openBot({}, { bus: flaky });
  const { double, done } = here;
  const { messageId, yes } = await asked(double, '/panic');
  state.is = 'mute';
  double.press(messageId, yes);
  await eventually(() => expect(double.notices.map(({ text }) => text)).toEqual([pressAgain]));
  state.is = 'there';
  double.press(messageId, yes);
  double.press(messageId, yes);
  await eventually(() => expect(done).toHaveLength(1));
  await eventually(() => expect(double.notices).toHaveLength(3));
  expect(done).toHaveLength(1);
});

const pressAgain = 'That did not get through: press again';
