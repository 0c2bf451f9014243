import { expect, test } from 'vitest';
import { runFactsOf } from './run-facts.ts';

const hashOf = (values: Record<string, unknown>, more?: unknown) =>
  runFactsOf({ words: ['trade-log'], values }, more).configHash;

test('equal configurations have equal hashes, wherever they run', () => {
  const first = hashOf({ stake: '100', feed: ['a.csv'], nats: 'nats://a:secret@b', db: 'one' });
  expect(hashOf({ feed: ['a.csv'], stake: '100', nats: 'nats://c', db: 'two' })).toBe(first);
});

test('another flag, and another file behind a flag, make another hash', () => {
  const hashes = [
    hashOf({ stake: '100' }),
    hashOf({ stake: '200' }),
    hashOf({ stake: '100' }, [{ risk: {} }]),
  ];
  expect(new Set(hashes).size).toBe(3);
});
