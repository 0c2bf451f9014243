import { expect, test } from 'vitest';
import { NatsAddressText } from './nats-address.ts';

test.for([
  ['nats://localhost:4222', { servers: ['nats://localhost:4222'] }],
  [
    'nats://me:p%40ss@a:1, nats://b:2',
    { servers: ['nats://a:1', 'nats://b:2'], credentials: { user: 'me', password: 'p@ss' } },
  ],
  ['tls://secret@a:1', { servers: ['tls://a:1'], credentials: { token: 'secret' } }],
] as const)('%s is read', ([text, address]) => {
  expect(NatsAddressText.parse(text)).toEqual(address);
});

test.for(['', 'localhost:4222', 'http://a', 'nats://', 'nats://a,b'])('%j is refused', (text) => {
  const { error } = NatsAddressText.safeParse(text);
  expect(error?.issues[0]?.message).toMatch(/^expected nats:\/\/host:port/);
});
