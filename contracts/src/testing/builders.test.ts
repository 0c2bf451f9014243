import { expect, test } from 'vitest';
import { CandleClosed } from '../candle.ts';
import { JournalEvent } from '../journal/journal.ts';
import { TradeSignal } from '../signal.ts';
import { SymbolName, Timeframe } from '../units.ts';
import { aCandle, aCandleEvent, aJournalEvent, anExitSignal, aSignal } from './builders.ts';

test('candles follow one another without a gap', () => {
  const [first, second] = [aCandle(), aCandle({ at: 1 })];
  expect(second.openTime).toBe(first.closeTime);
  expect(aCandle({ at: 2, timeframe: Timeframe.parse('1h') }).openTime).toBe(
    first.openTime + 7_200_000,
  );
});

test.each([{}, { open: 110 }, { close: 90 }, { open: 110, close: 90 }, { at: 7, volume: 0 }])(
  'a candle changed by %j is valid',
  (change) => {
    const event = aCandleEvent(change);
    expect(CandleClosed.parse(event)).toEqual(event);
  },
);

test('signals are valid, and changes are kept', () => {
  expect(TradeSignal.parse(aSignal())).toEqual(aSignal());
  expect(anExitSignal().data).toMatchObject({ intent: 'exit', targetPosition: 'flat' });
  expect(aSignal({ data: { symbol: SymbolName.parse('ETH/USDT') } })).toMatchObject({
    subject: 'ETH/USDT',
    data: { symbol: 'ETH/USDT', venue: 'binance' },
  });
});

test('an entry and its exit, another time and another symbol have ids of their own', () => {
  const ids = [
    aSignal(),
    anExitSignal(),
    aSignal({ time: '2026-01-05T00:02:00.000Z' }),
    aSignal({ data: { symbol: SymbolName.parse('ETH/USDT') } }),
  ].map(({ id }) => id);
  expect(new Set(ids).size).toBe(4);
});

test('an invalid change is refused', () => {
  expect(() => aSignal({ data: { side: 'sell' } })).toThrow('must aim at short');
});

test('journal events are valid, and their ids follow from what is in them', () => {
  const halted = { from: 'ACTIVE', to: 'HALTED', reason: 'daily loss', author: 'anna' } as const;
  const event = aJournalEvent('trading_state_changed', halted);
  expect(JournalEvent.parse(event)).toEqual(event);
  expect(aJournalEvent('trading_state_changed', halted)).toEqual(event);
  expect(aJournalEvent('trading_state_changed', { ...halted, author: 'bob' }).id).not.toBe(
    event.id,
  );
});
