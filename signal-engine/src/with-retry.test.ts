import { PermanentError, TransientError } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { withRetry } from './with-retry.ts';

const passing = new TransientError('TIMEOUT', 'later');

test('does it again, after longer and longer pauses, until it succeeds', async () => {
  const delays: number[] = [];
  const action = async (): Promise<string> => {
    if (delays.length < 3) throw passing;
    return 'done';
  };
  const result = withRetry(action, {
    signal: new AbortController().signal,
    onFailure: (_, delayMs) => delays.push(delayMs),
  });
  await expect(result).resolves.toBe('done');
  expect(delays).toEqual([100, 200, 400]);
});

test('throws at once what will not pass', async () => {
  const refused = new PermanentError('REFUSED', 'no');
  const result = withRetry(() => Promise.reject(refused), {
    signal: new AbortController().signal,
    onFailure: () => expect.unreachable(),
  });
  await expect(result).rejects.toBe(refused);
});

test('gives up when it is told to, also in a pause', async () => {
  const abort = new AbortController();
  const result = withRetry(() => Promise.reject(passing), {
    signal: abort.signal,
    onFailure: () => abort.abort(),
  });
  await expect(result).rejects.toMatchObject({ name: 'AbortError' });
});
