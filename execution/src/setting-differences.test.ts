import { someSettings } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { settingDifferences } from './setting-differences.ts';

test('only what differs is named, with both sides, wherever it stands', () => {
  const there = someSettings({ feeBps: '10', risk: { maxPositions: 2, symbols: ['BTC/USDT'] } });
  const here = someSettings({
    feeBps: '11',
    shorting: true,
    risk: { maxPositions: 3, symbols: ['BTC/USDT'] },
  });
  expect(settingDifferences(there, here)).toBe(
    'feeBps is "10" there, "11" here; risk.maxPositions is 2 there, 3 here; shorting is not set there, true here',
  );
  expect(settingDifferences(there, there)).toBe('');
});

test('lists and kinds are told as they are', () => {
  const there = someSettings({ risk: { symbols: ['BTC/USDT'] } });
  const here = someSettings({ stake: { kind: 'all' }, risk: { symbols: ['ETH/USDT'] } });
  expect(settingDifferences(there, here)).toBe(
    'stake.kind is "quote" there, "all" here; stake.value is "1000" there, not set here; risk.symbols is ["BTC/USDT"] there, ["ETH/USDT"] here',
  );
});
