import { TransientError, UserError } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { eachByItself } from './each-by-itself.ts';

function steps(...outcomes: (Error | undefined)[]) {
  const done: number[] = [];
  const all = outcomes.map((outcome, at) => async () => {
    done.push(at);
    if (outcome) throw outcome;
  });
  return { done, all };
}

test('a step that cannot be done now keeps none of the others from being done', async () => {
  const first = new TransientError('FIRST', 'away');
  const { done, all } = steps(first, undefined, new TransientError('SECOND', 'away'), undefined);
  await expect(eachByItself(all)).rejects.toBe(first);
  expect(done).toEqual([0, 1, 2, 3]);
});

test('whatever does not pass by itself ends them', async () => {
  const { done, all } = steps(new TransientError('AWAY', 'away'), new UserError('no'), undefined);
  await expect(eachByItself(all)).rejects.toThrow('no');
  expect(done).toEqual([0, 1]);
});
