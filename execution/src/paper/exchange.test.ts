import { describe, expect, test } from 'vitest';
import { aMarket } from './market-fixture.ts';

describe('fills in parts', () => {
  test('take their part of each candle, and know when they are done', () => {
    const market = aMarket({ settings: { paper: { maxVolumeRatio: 0.1 } } });
    market.place({ quantity: '2' });
    market.candle([100, 100, 100, 100], 12.345);
    market.candle([101, 101, 101, 101], 0.001);
    market.candle([102, 102, 102, 102], 100);
    expect(market.story('a')).toEqual([
      '1.234 at 100 as taker, more to come',
      '0.766 at 102 as taker',
    ]);
  });

  test('of a quote amount spend exactly what was not spent before', () => {
    const market = aMarket({
      settings: { cash: '100', feeBps: '100', paper: { maxVolumeRatio: 1 } },
    });
    market.place({ notional: '100', includesFee: true });
    market.candle([10, 10, 10, 10], 4);
    market.candle([20, 20, 20, 20], 400);
    expect(market.story('a')).toEqual(['4 at 10 as taker, more to come', '2.95 at 20 as taker']);
    expect(market.exchange.book.cash.toFixed()).toBe('0.01');
  });

  test('of a stop go on as a market order', () => {
    const market = aMarket({ settings: { paper: { maxVolumeRatio: 1 } } });
    market.place({ quantity: '2' });
    market.candle([100, 100, 100, 100]);
    market.place({ id: 's', side: 'sell', type: 'stop', stopPrice: '95', quantity: '2' });
    market.candle([100, 100, 95, 100], 0.5);
    market.candle([103, 104, 102, 103]);
    expect(market.story('s')).toEqual(['0.5 at 95 as taker, more to come', '1.5 at 103 as taker']);
  });
});

describe('costs', () => {
  test('a spread stands between the tape and whoever trades', () => {
    const paper = { slippage: { kind: 'spread', spreadBps: '200' } };
    const market = aMarket({ settings: { paper } });
    market.place({});
    market.place({ id: 'b', type: 'limit', limitPrice: '95' });
    market.candle([100, 100, 95, 100]);
    expect(market.story('a')).toEqual(['1 at 101 as taker']);
    expect(market.story('b'), 'the ask has not come down to it').toEqual([]);
    market.candle([100, 100, 94, 100]);
    expect(market.story('b')).toEqual(['1 at 95 as maker']);
  });

  test('an order moves the price by the square of its share of the volume', () => {
    const paper = { slippage: { kind: 'volumeShare', impactBps: '1000' } };
    const market = aMarket({ settings: { paper } });
    market.place({ quantity: '5' });
    market.place({ id: 'b', quantity: '50' });
    market.candle([100, 100, 100, 100], 10);
    expect(market.story('a')).toEqual(['5 at 102.5 as taker']);
    expect(market.story('b'), 'more than all counts as all').toEqual(['50 at 110 as taker']);
  });
});

describe('an order that is on its way', () => {
  const late = { settings: { paper: { latencyMs: 15_000 } } };

  test('gets the price at which it arrives', () => {
    const market = aMarket(late);
    market.place({});
    market.candle([100, 130, 90, 104]);
    expect(market.story('a')).toEqual(['1 at 101 as taker']);
    expect(market.reports.at(-1)?.timeMs).toBe(market.nowMs() - 45_000);
  });

  test('as a limit sees only the way to the close, as a stop all of the candle', () => {
    const market = aMarket({ settings: { ...late.settings, shorting: true } });
    market.place({ type: 'limit', limitPrice: '95' });
    market.place({ id: 's', side: 'sell', type: 'stop', stopPrice: '95' });
    market.candle([100, 130, 90, 104]);
    expect(market.story('a')).toEqual([]);
    expect(market.story('s')).toEqual(['1 at 95 as taker']);
    market.candle([104, 104, 95, 95]);
    expect(market.story('a')).toEqual(['1 at 95 as maker']);
  });
});

describe('a margin account', () => {
  test('may owe as much as its leverage carries at cost', () => {
    const market = aMarket({ settings: { cash: '100', shorting: true, leverage: 2 } });
    market.place({ side: 'sell', quantity: '2' });
    market.place({ id: 'b', side: 'sell', quantity: '0.001' });
    market.candle([100, 100, 100, 100]);
    expect(market.story('a')).toEqual(['2 at 100 as taker']);
    expect(market.story('b')).toEqual(['cancelled LEVERAGE']);
    expect(market.exchange.book.cash.toFixed()).toBe('300');
  });

  test('turns from long to short in one fill', () => {
    const market = aMarket({ settings: { shorting: true } });
    market.place({ quantity: '2' });
    market.candle([100, 100, 100, 100]);
    market.place({ id: 'b', side: 'sell', quantity: '5' });
    market.candle([110, 110, 110, 110]);
    const [holding] = market.exchange.book.holdings.values();
    expect(market.story('b')).toEqual(['5 at 110 as taker']);
    expect([holding?.quantity.toFixed(), holding?.cost.toFixed()]).toEqual(['-3', '-330']);
  });

  test('is closed whatever it has lost', () => {
    const market = aMarket({ settings: { cash: '100', shorting: true } });
    market.place({ side: 'sell' });
    market.candle([100, 100, 100, 100]);
    market.place({ id: 'b', quantity: '3', reduceOnly: true });
    market.candle([1_000, 1_000, 1_000, 1_000]);
    expect(market.story('b')).toEqual(['1 at 1000 as taker']);
    expect(market.exchange.book.cash.toFixed()).toBe('-800');
  });
});

describe('a tape of trades', () => {
  const trades = { settings: { paper: { tape: 'trades', maxVolumeRatio: 1 } } };

  test('fills market orders at the first trade after their arrival', () => {
    const market = aMarket({ settings: { paper: { ...trades.settings.paper, latencyMs: 50 } } });
    market.place({});
    market.print('100', '1', 49);
    market.print('101', '0.4', 50);
    market.print('102', '5', 51);
    expect(market.story('a')).toEqual(['0.4 at 101 as taker, more to come', '0.6 at 102 as taker']);
  });

  test('fills limits that wait at their price, as makers', () => {
    const market = aMarket(trades);
    market.place({ type: 'limit', limitPrice: '95' });
    market.print('96', '1');
    market.print('94', '1');
    expect(market.story('a')).toEqual(['1 at 95 as maker']);
  });

  test('triggers stops at the trade that reaches them', () => {
    const market = aMarket({ settings: { ...trades.settings, shorting: true } });
    market.place({ id: 's', side: 'sell', type: 'stop', stopPrice: '95' });
    market.print('95.5', '9');
    market.print('94', '9');
    expect(market.story('s')).toEqual(['1 at 94 as taker']);
  });

  test('is the only thing that fills an account that names it', () => {
    const market = aMarket(trades);
    market.place({});
    market.candle([100, 100, 100, 100]);
    expect(market.story('a')).toEqual([]);
    const candles = aMarket();
    candles.place({});
    candles.print('100', '1');
    expect(candles.story('a')).toEqual([]);
  });
});
