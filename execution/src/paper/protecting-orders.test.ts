import { describe, expect, test } from 'vitest';
import { aMarket } from './market-fixture.ts';

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
