import { expect, test } from 'vitest';
import { PermanentError, TransientError, UserError } from './errors.ts';

test.each([
  [TransientError, 'TransientError'],
  [PermanentError, 'PermanentError'],
])('an error has a name, a code, a message and its cause', (Kind, name) => {
  const cause = new Error('below');
  const error = new Kind('TIMEOUT', 'no answer within 10 s', { cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name, code: 'TIMEOUT', message: 'no answer within 10 s', cause });
  expect(String(error)).toBe(`${name}: no answer within 10 s`);
});

test('a user error ends the process with 78 unless it says otherwise', () => {
  const cause = new Error('below');
  expect(new UserError('set NATS_URL')).toMatchObject({ name: 'UserError', exitCode: 78 });
  expect(new UserError('no such flag', { exitCode: 2, cause })).toMatchObject({
    exitCode: 2,
    cause,
  });
});
