import { describe, expect, test } from 'vitest';
import { aMarket } from './market-fixture.ts';

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

describe('an order that protects an entry', () => {
  const stop = { id: 's', side: 'sell', type: 'stop', stopPrice: '95', reduceOnly: true } as const;
  const target = {
    id: 't',
    side: 'sell',
    type: 'limit',
    limitPrice: '110',
    reduceOnly: true,
  } as const;

  test('works in the same candle where the entry was filled at the open', () => {
    const market = protectedMarket({}, [target]);
    market.candle([100, 112, 96, 111]);
    expect(market.story('t')).toEqual(['1 at 110 as maker']);
    const stopped = protectedMarket({}, [target, stop]);
    stopped.candle([100, 112, 94, 111]);
    expect(stopped.story('s'), 'the worst case').toEqual(['1 at 95 as taker']);
    expect(stopped.story('t')).toEqual(['cancelled POSITION_CLOSED']);
  });

  test('stops in the same candle where the entry was filled inside, but takes no profit there', () => {
    const entry = { type: 'limit', limitPrice: '98' };
    const stopped = protectedMarket(entry, [target, stop]);
    stopped.candle([100, 112, 94, 97]);
    expect(stopped.story('s')).toEqual(['1 at 95 as taker']);
    const open = protectedMarket(entry, [target, stop]);
    open.candle([100, 112, 96, 97]);
    expect(open.story('t')).toEqual([]);
    open.candle([97, 112, 96, 97]);
    expect(open.story('t')).toEqual(['1 at 110 as maker']);
  });

  test('is filled at once where the entry already was beyond it', () => {
    const market = protectedMarket({}, [stop]);
    market.candle([90, 112, 89, 111]);
    expect(market.story('s')).toEqual(['1 at 90 as taker']);
  });

  test('trails from the price of the entry', () => {
    const trailing = { id: 's', side: 'sell', type: 'trailing_stop', trailingBps: 500 };
    const market = protectedMarket({ type: 'limit', limitPrice: '100' }, [trailing]);
    market.candle([102, 120, 96, 97]);
    market.candle([97, 98, 95, 96]);
    expect(market.story('s'), 'the high may have come before the entry').toEqual([
      '1 at 95 as taker',
    ]);
  });

  test('is filled at no better price than the candle had, however far the entry slipped', () => {
    const trailing = { id: 's', side: 'sell', type: 'trailing_stop', trailingBps: 500 };
    const slipping = { slippageBps: '1000' };
    const market = protectedMarket({ type: 'stop', stopPrice: '105' }, [trailing], slipping);
    market.candle([100, 106, 99, 100]);
    expect(market.story('a')).toEqual(['1 at 115.5 as taker']);
    expect(market.story('s')).toEqual(['1 at 95.4 as taker']);
  });

  test('as a market order works from its own time on', () => {
    const market = aMarket();
    market.place({});
    market.candle([100, 100, 100, 100]);
    market.candle([101, 101, 101, 101]);
    market.place({ id: 'm', side: 'sell', protects: 'a', reduceOnly: true });
    market.candle([102, 102, 102, 102]);
    expect(market.story('m')).toEqual(['1 at 102 as taker']);
  });

  test('several together close no more than there is', () => {
    const half = { ...target, quantity: '0.6' };
    const market = protectedMarket({}, [half, { ...half, id: 'u' }, { ...half, id: 'v' }]);
    market.candle([100, 112, 96, 111]);
    expect(market.story('t')).toEqual(['0.6 at 110 as maker']);
    expect(market.story('u')).toEqual(['0.4 at 110 as maker']);
    expect(market.story('v')).toEqual(['cancelled POSITION_CLOSED']);
    expect(market.exchange.book.holdings.size).toBe(0);
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

function protectedMarket(entry: object, protection: readonly object[], settings = {}) {
  const market = aMarket({
    settings,
    onReport: (report, { place }) => {
      if (report.orderId !== 'a' || report.type !== 'filled') return;
      // Whoever answers a fill may be late by the clock; the tape counts.
      const timeMs = report.timeMs + 3_600_000;
      for (const order of protection) place({ ...order, timeMs, protects: 'a' });
    },
  });
  market.place(entry);
  return market;
}
