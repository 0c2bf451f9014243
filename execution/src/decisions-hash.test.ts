import { JournalEvent } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { draftOf } from './decision/state/draft.ts';
import { createDecisionsHash } from './decisions-hash.ts';

function hashOf(data: object): string {
  const hash = createDecisionsHash();
  const time = '2026-01-05T00:00:00.000Z';
  const event = JournalEvent.parse({
    specversion: '1.0',
    id: 'x',
    source: 'test',
    type: 'order_intended',
    subject: 'BTC/USDT',
    time,
    recordedtime: time,
    correlationid: 'x',
    data: {
      venue: 'binance',
      symbol: 'BTC/USDT',
      signalId: 'a',
      strategy: 'sma',
      intent: 'exit',
      side: 'sell',
      orderId: 'h1',
      orderType: 'market',
      size: { kind: 'base', quantity: '2' },
      reduceOnly: true,
      expiryTime: '2026-01-06T00:00:00.000Z',
      referencePrice: '100',
      reasons: [],
      ...data,
    },
  });
  hash.add(draftOf(event));
  return hash.digest();
}

test('what a decision is called, and the words that tell of others by their ids, are no part of it', () => {
  expect(
    hashOf({ orderId: 'h2', signalId: 'b', reasons: ['no more than out: order h3 is open'] }),
  ).toBe(hashOf({ reasons: ['no more than out: order h4 is open'] }));
});

test('what is decided is', () => {
  const one = hashOf({});
  expect(hashOf({ referencePrice: '101' })).not.toBe(one);
  expect(hashOf({ size: { kind: 'base', quantity: '1' } })).not.toBe(one);
  expect(hashOf({ side: 'buy' })).not.toBe(one);
});
