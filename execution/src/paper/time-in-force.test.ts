import { describe, expect, test } from 'vitest';
import { aMarket } from './market-fixture.ts';

describe('time in force', () => {
  test('IOC takes what the first price gives, and nothing later', () => {
    const market = aMarket({ settings: { paper: { maxVolumeRatio: 0.5 } } });
    market.place({ type: 'limit', limitPrice: '95', timeInForce: 'IOC' });
    market.place({ id: 'b', type: 'limit', limitPrice: '105', timeInForce: 'IOC', quantity: '3' });
    market.candle([100, 100, 90, 100], 2);
    expect(market.story('a')).toEqual(['cancelled TIME_IN_FORCE']);
    expect(market.story('b')).toEqual([
      '1 at 100 as taker, more to come',
      'cancelled TIME_IN_FORCE',
    ]);
  });

  test('FOK takes all or nothing', () => {
    const market = aMarket({ settings: { paper: { maxVolumeRatio: 0.5 } } });
    market.place({ timeInForce: 'FOK', quantity: '1' });
    market.place({ id: 'b', timeInForce: 'FOK', quantity: '1.001' });
    market.candle([100, 100, 100, 100], 2);
    expect(market.story('a')).toEqual(['1 at 100 as taker']);
    expect(market.story('b')).toEqual(['cancelled TIME_IN_FORCE']);
  });

  test('GTD ends at its time, and its limit is not filled in a candle that goes on after it', () => {
    const market = aMarket();
    const goodTillMs = market.nowMs() + 90_000;
    market.place({ type: 'limit', limitPrice: '95', timeInForce: 'GTD', goodTillMs });
    market.candle([100, 100, 96, 100]);
    market.candle([100, 100, 90, 100]);
    expect(market.story('a')).toEqual(['cancelled TIME_IN_FORCE']);
    expect(market.reports.at(-1)?.timeMs).toBe(goodTillMs);
  });

  test('GTD is filled until the close that is its time', () => {
    const market = aMarket();
    const goodTillMs = market.nowMs() + 60_000;
    market.place({ type: 'limit', limitPrice: '95', timeInForce: 'GTD', goodTillMs });
    market.candle([100, 100, 90, 100]);
    expect(market.story('a')).toEqual(['1 at 95 as maker']);
  });

  test('post only is refused where its first price would fill it, and is a maker ever after', () => {
    const market = aMarket();
    market.place({ type: 'limit', limitPrice: '100', timeInForce: 'PO' });
    market.place({ id: 'b', type: 'limit', limitPrice: '95', timeInForce: 'PO' });
    market.candle([100, 100, 99, 100]);
    expect(market.story('a')).toEqual(['rejected WOULD_TAKE']);
    market.candle([90, 91, 89, 90]);
    expect(market.story('b')).toEqual(['1 at 95 as maker']);
  });
});
