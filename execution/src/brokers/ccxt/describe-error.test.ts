import ccxt from 'ccxt';
import { expect, test } from 'vitest';
import { createErrorDescriber } from './describe-error.ts';

const describeError = createErrorDescriber({
  apiKey: 'TheKey',
  secret: 'c2Vj/cmV0+A==',
  password: '',
});

test.each([
  ['a key and a secret', 'TheKey with c2Vj/cmV0+A==', '[hidden] with [hidden]'],
  ['a secret as it stands in a form', 'c2Vj%2FcmV0%2BA%3D%3D', '[hidden]'],
  [
    'a query',
    'GET https://api.test/v3/order?signature=12ab 400',
    'GET https://api.test/v3/order 400',
  ],
  ['a signature', 'body: a=1&signature=12ab', 'body: a=1&signature=[hidden]'],
  [
    'the path of a stream',
    'Connection to wss://stream.test:9443/ws/keyOfTheStream timed out',
    'Connection to wss://stream.test:9443 timed out',
  ],
  ['lines', 'one\n  two', 'one two'],
])('%s are not told', (_, message, told) => {
  expect(describeError(new Error(message))).toBe(told);
});

test('a key that several use is told, where the venue counts its requests', () => {
  const counted = new ccxt.InvalidNonce('bitfinex ["error",10114,"nonce: small"]');
  expect(describeError(counted)).toMatch(/nonce: small.*give each worker.* a key of its own/);
  const late = new ccxt.InvalidNonce('Timestamp for this request is outside of the recvWindow.');
  expect(describeError(late)).not.toContain('key');
});

test('what is no error is told too, and nothing at length', () => {
  expect(describeError('TheKey'.repeat(100))).toHaveLength(300);
});
