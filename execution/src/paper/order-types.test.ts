import { describe, expect, test } from 'vitest';
import { aMarket } from './market-fixture.ts';

describe('a market order', () => {
  test('that is made inside a candle gets the open of it, at its own time', () => {
    const market = aMarket();
    const timeMs = market.nowMs() + 30_000;
    market.place({ timeMs });
    market.candle([100, 120, 90, 110]);
    expect(market.story('a')).toEqual(['1 at 100 as taker']);
    expect(market.reports.at(-1)).toMatchObject({ timeMs });
  });

  test('is filled in whole lots', () => {
    const market = aMarket();
    market.place({ quantity: '1.0005' });
    market.candle([100, 100, 100, 100]);
    expect(market.story('a')).toEqual(['1 at 100 as taker']);
  });
});

describe('a limit order', () => {
  const limit = { type: 'limit', limitPrice: '95' } as const;

  test('waits until the price is reached, and gets its price as a maker', () => {
    const market = aMarket();
    market.place(limit);
    market.candle([100, 104, 96, 101]);
    expect(market.story('a')).toEqual([]);
    market.candle([101, 102, 95, 99]);
    expect(market.story('a')).toEqual(['1 at 95 as maker']);
    expect(market.reports.at(-1)?.timeMs, 'some time before the close').toBe(market.nowMs() - 1);
  });

  test('gets the open as a taker where that is better', () => {
    const market = aMarket();
    market.place(limit);
    market.place({ id: 's', side: 'sell', type: 'limit', limitPrice: '89' });
    market.candle([90, 99, 88, 98]);
    expect(market.story('a')).toEqual(['1 at 90 as taker']);
    expect(market.story('s')).toEqual(['1 at 90 as taker']);
  });

  test('is never slipped past its price', () => {
    const market = aMarket({ settings: { slippageBps: '1000' } });
    market.place(limit);
    market.candle([94, 96, 94, 95]);
    expect(market.story('a')).toEqual(['1 at 95 as taker']);
  });

  test('pays the fee of a maker where it waited', () => {
    const market = aMarket({ settings: { feeBps: '10', paper: { makerFeeBps: '2' } } });
    market.place(limit);
    market.candle([100, 100, 95, 95]);
    expect(market.reports.at(-1)).toMatchObject({ fee: '0.019', liquidity: 'maker' });
    market.place({ id: 'b' });
    market.candle([100, 100, 100, 100]);
    expect(market.reports.at(-1)).toMatchObject({ fee: '0.1', liquidity: 'taker' });
  });
});

describe('a stop order', () => {
  const long = { settings: { slippageBps: '100' } };
  const stop = { id: 's', side: 'sell', type: 'stop', stopPrice: '95' } as const;

  test('gets its price, slipped, where the candle goes through it', () => {
    const market = aMarket(long);
    market.place({});
    market.candle([100, 100, 100, 100]);
    market.place(stop);
    market.candle([99, 101, 95, 100]);
    expect(market.story('s')).toEqual(['1 at 94.05 as taker']);
  });

  test('gets the open, slipped, where that is beyond it', () => {
    const market = aMarket(long);
    market.place({});
    market.candle([100, 100, 100, 100]);
    market.place(stop);
    market.candle([90, 101, 80, 100]);
    expect(market.story('s')).toEqual(['1 at 89.1 as taker']);
  });

  test('comes before a limit of the same candle: the worst case', () => {
    const market = aMarket();
    market.place({});
    market.candle([100, 100, 100, 100]);
    market.place({ id: 't', side: 'sell', type: 'limit', limitPrice: '110', reduceOnly: true });
    market.place({ ...stop, reduceOnly: true });
    market.candle([100, 120, 90, 115]);
    expect(market.story('s')).toEqual(['1 at 95 as taker']);
    expect(market.story('t')).toEqual(['cancelled NO_POSITION']);
  });
});

describe('a stop-limit order', () => {
  const buy = { type: 'stop_limit', stopPrice: '105', limitPrice: '106' } as const;

  test('is filled at its stop where the limit allows it', () => {
    const market = aMarket();
    market.place(buy);
    market.candle([100, 104, 96, 101]);
    market.candle([101, 110, 101, 109]);
    expect(market.story('a')).toEqual(['1 at 105 as taker']);
  });

  test('waits at its limit once the price has jumped over both', () => {
    const market = aMarket();
    market.place(buy);
    market.candle([110, 112, 108, 111]);
    expect(market.story('a')).toEqual([]);
    market.candle([108, 108, 106, 107]);
    expect(market.story('a')).toEqual(['1 at 106 as maker']);
  });

  test('stays a limit order once it was triggered', () => {
    const market = aMarket();
    market.place(buy);
    market.candle([110, 112, 108, 111]);
    market.candle([111, 111, 107, 107]);
    market.candle([104, 104, 103, 104]);
    expect(market.story('a')).toEqual(['1 at 104 as taker']);
  });

  test('is filled where the price comes back after an open beyond its stop', () => {
    const market = aMarket();
    market.place(buy);
    market.candle([110, 112, 104, 111]);
    expect(market.story('a')).toEqual(['1 at 106 as maker']);
  });

  test('with a limit behind its stop is filled in the candle of the trigger only by its close', () => {
    const behind = { ...buy, limitPrice: '100' };
    const early = aMarket();
    early.place(behind);
    early.candle([102, 106, 99, 103]);
    expect(early.story('a'), 'the low may have come first').toEqual([]);
    early.candle([103, 103, 100, 101]);
    expect(early.story('a')).toEqual(['1 at 100 as maker']);

    const close = aMarket();
    close.place(behind);
    close.candle([102, 106, 99, 99.5]);
    expect(close.story('a')).toEqual(['1 at 100 as maker']);

    const late = aMarket();
    const goodTillMs = late.nowMs() + 30_000;
    late.place({ ...behind, timeInForce: 'GTD', goodTillMs });
    late.candle([102, 106, 99, 99.5]);
    expect(late.story('a'), 'its time may have been over').toEqual(['cancelled TIME_IN_FORCE']);
  });
});

describe('a trailing stop', () => {
  const trailing = { id: 's', side: 'sell', type: 'trailing_stop', trailingBps: 1_000 } as const;

  test('follows the best price of the candles before, and never moves back', () => {
    const market = aMarket();
    market.place({});
    market.candle([100, 100, 100, 100]);
    market.place(trailing);
    market.candle([100, 120, 91, 110]);
    expect(market.story('s'), 'its own high does not count for a candle').toEqual([]);
    market.candle([110, 112, 109, 110]);
    market.candle([110, 111, 100, 105]);
    expect(market.story('s')).toEqual(['1 at 108 as taker']);
  });

  test('begins at the open of its first candle, or at the price that it is given', () => {
    const market = aMarket();
    market.place({ quantity: '2' });
    market.candle([100, 100, 100, 100]);
    market.place(trailing);
    market.place({ ...trailing, id: 't', stopPrice: '97' });
    market.candle([100, 101, 96, 98]);
    expect(market.story('t')).toEqual(['1 at 97 as taker']);
    market.candle([98, 99, 90, 91]);
    expect(market.story('s')).toEqual(['1 at 90.9 as taker']);
  });

  test('of a short follows the lowest price', () => {
    const market = aMarket({ settings: { shorting: true } });
    market.place({ side: 'sell' });
    market.candle([100, 100, 100, 100]);
    market.place({ ...trailing, side: 'buy', reduceOnly: true });
    market.candle([100, 101, 80, 82]);
    market.candle([82, 90, 81, 89]);
    expect(market.story('s')).toEqual(['1 at 88 as taker']);
  });
});
