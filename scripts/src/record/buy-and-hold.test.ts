import { SymbolName, Venue } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { createBuyAndHold } from './buy-and-hold.ts';

test('what may not be traded is not bought and held', () => {
  const venue = Venue.parse('binance');
  const prices = { 'BTC/USDT': [100, 110], 'ETH/USDT': [10, 30] } as const;
  const ratioOf = (symbols?: readonly string[]) => {
    const held = createBuyAndHold(symbols);
    for (const at of [0, 1] as const)
      for (const [symbol, closes] of Object.entries(prices)) {
        const close = closes[at];
        held.onPrice({ venue, symbol: SymbolName.parse(symbol), high: close, low: close, close });
      }
    return held.ratio;
  };
  expect(ratioOf()).toBeCloseTo((0.1 + 2) / 2, 12);
  expect(ratioOf(['BTC/USDT'])).toBeCloseTo(0.1, 12);
  expect(ratioOf(['XRP/USDT'])).toBe(null);
});
