import { setTimeout as sleep } from 'node:timers/promises';
import { PermanentError, TransientError } from '@heliograph/contracts';
import type { Outgoing, Published } from '@heliograph/contracts/bus';
import { expect, test } from 'vitest';
import { createPublishWindow } from './publish-window.ts';

const messageOf = (id: string): Outgoing => ({ subject: 'market.tape.x', id, body: '' });

/** A stream that stores what it is told to, when it is told to. */
function createStream(): {
  stored: string[];
  publish(message: Outgoing): Promise<Published>;
  answer(id: string, error?: Error): void;
} {
  const stored: string[] = [];
  const open = new Map<string, PromiseWithResolvers<Published>>();
  return {
    stored,
    publish({ id }) {
      const answer = Promise.withResolvers<Published>();
      open.set(id, answer);
      return answer.promise;
    },
    answer(id, error) {
      if (error) return open.get(id)?.reject(error);
      return open.get(id)?.resolve({ sequence: stored.push(id), duplicate: false });
    },
  };
}

test('has room until so many messages are on their way, and then waits for all of them', async () => {
  const stream = createStream();
  const { send, room } = createPublishWindow({ limit: 2, ...stream, recover: stream.publish });
  void send(messageOf('a'));
  await room();
  void send(messageOf('b'));
  let free = false;
  const waiting = room().then(() => (free = true));
  stream.answer('b');
  await sleep(0);
  expect(free).toBe(false);
  stream.answer('a');
  await waiting;
  expect(free).toBe(true);
});

test('tells of each message where it is stored', async () => {
  const stream = createStream();
  const { send } = createPublishWindow({ limit: 9, ...stream, recover: stream.publish });
  const [a, b] = [send(messageOf('a')), send(messageOf('b'))];
  stream.answer('b');
  stream.answer('a');
  await expect(a).resolves.toMatchObject({ sequence: 2 });
  await expect(b).resolves.toMatchObject({ sequence: 1 });
});

test('publishes what has failed once more in its order, after all that was sent before it', async () => {
  const stream = createStream();
  const again: string[] = [];
  const window = createPublishWindow({
    limit: 9,
    ...stream,
    recover: async ({ id }) => ({ sequence: again.push(id), duplicate: false }),
  });
  for (const id of ['a', 'b', 'c']) void window.send(messageOf(id));
  const lost = new TransientError('TIMEOUT', 'lost');
  stream.answer('c', lost);
  stream.answer('b', lost);
  await sleep(0);
  expect(again).toEqual([]);
  stream.answer('a');
  await window.settled();
  expect(again).toEqual(['b', 'c']);
});

test('tells whoever waits next that a message could not be published', async () => {
  const refused = new PermanentError('REFUSED', 'no');
  const fail = (): Promise<never> => Promise.reject(refused);
  const window = createPublishWindow({ limit: 1, publish: fail, recover: fail });
  const sent = window.send(messageOf('a'));
  await expect(sent).rejects.toBe(refused);
  await expect(window.settled()).rejects.toBe(refused);
});
