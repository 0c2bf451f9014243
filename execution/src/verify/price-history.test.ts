import { SymbolName } from '@heliograph/contracts';
import { aCandle } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { createPriceHistory, type TapePrice } from './price-history.ts';

const bitcoin = 'binance|BTC/USDT';
const ether = 'binance|ETH/USDT';

function price(sequence: number, at: number, close: number, symbol = 'BTC/USDT'): TapePrice {
  const open = close;
  const candle = aCandle({ at, open, close, symbol: SymbolName.parse(symbol) });
  return { sequence, candle };
}

const tape = [price(2, 0, 100), price(3, 0, 20, 'ETH/USDT'), price(5, 1, 101), price(8, 2, 102)];

test('prices are those of whoever had read so far, also of one who lags behind', () => {
  const history = createPriceHistory(tape);
  expect(history.upTo(8).get(bitcoin)?.price).toBe(102);
  expect(history.upTo(4).get(bitcoin)?.price).toBe(100);
  expect(history.upTo(2).has(ether)).toBe(false);
  expect(history.upTo(100).get(ether)?.price).toBe(20);
});

test('an older price that came later is not the last one', () => {
  const history = createPriceHistory([price(1, 5, 105), price(2, 4, 104), price(3, 6, 106)]);
  expect(history.upTo(2).get(bitcoin)?.price).toBe(105);
  expect(history.upTo(3).get(bitcoin)?.price).toBe(106);
  expect(history.upTo(2).get(bitcoin)?.price).toBe(105);
});

test('the tape is read no further than it is asked for', () => {
  let read = 0;
  const counted = function* () {
    for (const each of tape) {
      read++;
      yield each;
    }
  };
  const history = createPriceHistory(counted());
  history.upTo(3);
  expect(read, 'and one more, to know').toBe(3);
});

test('prices before a time come the latest first', () => {
  const history = createPriceHistory(tape);
  const { closeTime } = aCandle({ at: 1 });
  const prices = [...history.before(closeTime)].map((known) => known.get(bitcoin)?.price);
  expect(prices).toEqual([101, 100, 100]);
  expect(history.timeAt(5)).toBe(closeTime);
  expect(history.timeAt(4)).toBe(undefined);
});
