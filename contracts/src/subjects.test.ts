import fc from 'fast-check';
import { expect, test } from 'vitest';
import { journalPrefix, portfolioFor, subjects, symbolToken } from './subjects.ts';
import { Name, SymbolName, Timeframe, Venue } from './units.ts';

const anySymbol = fc
  .stringMatching(/^[A-Z0-9]{1,4}(\/[A-Z0-9]{1,4}(:[A-Z0-9]{1,4})?)?$/)
  .map((text) => SymbolName.parse(text));
const anyVenue = fc.stringMatching(/^[a-z][a-z0-9-]{0,5}$/).map((text) => Venue.parse(text));
const anyName = fc
  .stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,5}$/)
  .map((text) => Name.parse(text));
const anyTimeframe = fc.stringMatching(/^[1-9]\d?[smhdw]$/).map((text) => Timeframe.parse(text));
const anyCandle = fc.record({ venue: anyVenue, symbol: anySymbol, timeframe: anyTimeframe });
const anySignal = fc.record({ strategy: anyName, venue: anyVenue, symbol: anySymbol });

test.each([
  ['BTC/USDT', 'BTC-USDT'],
  ['BTC/USDT:USDT', 'BTC-USDT_USDT'],
  ['SPY', 'SPY'],
])('the token of %s is %s', (symbol, token) => {
  expect(symbolToken(SymbolName.parse(symbol))).toBe(token);
});

test('no two symbols share a token', () => {
  fc.assert(
    fc.property(anySymbol, anySymbol, (a, b) => {
      expect(symbolToken(a) === symbolToken(b)).toBe(a === b);
    }),
  );
});

test('a symbol can be read back from its token', () => {
  fc.assert(
    fc.property(anySymbol, (symbol) => {
      expect(symbolToken(symbol).replace('-', '/').replace('_', ':')).toBe(symbol);
    }),
  );
});

test('a subject has the tokens that it is made of, and no wildcard or blank', () => {
  fc.assert(
    fc.property(anyCandle, anySignal, anyName, (candle, signal, name) => {
      expect(subjects.candle(candle)).toMatch(/^market\.candle\.[\w-]+\.[\w-]+\.\w+$/);
      expect(subjects.signal(signal)).toMatch(/^trade_signal\.[\w-]+\.[\w-]+\.[\w-]+$/);
      expect(subjects.tape(name)).toMatch(/^market\.tape\.[\w-]+$/);
      expect(subjects.deadLetter(name)).toMatch(/^dead_letter\.[\w-]+$/);
      expect(subjects.journal(name, 'order_filled')).toBe(`${journalPrefix(name)}.order_filled`);
    }),
  );
});

test('no two candles or signals of different kind share a subject', () => {
  fc.assert(
    fc.property(anyCandle, anyCandle, (a, b) => {
      expect(subjects.candle(a) === subjects.candle(b)).toBe(
        JSON.stringify(a) === JSON.stringify(b),
      );
    }),
  );
  fc.assert(
    fc.property(anySignal, anySignal, (a, b) => {
      expect(subjects.signal(a) === subjects.signal(b)).toBe(
        JSON.stringify(a) === JSON.stringify(b),
      );
    }),
  );
});

test('the live tape is traded by the portfolio itself, each recording by one of its own', () => {
  expect(portfolioFor('paper', 'live')).toBe('paper');
  expect(portfolioFor('paper', 'btc-2014')).toBe('paper-btc-2014');
});
