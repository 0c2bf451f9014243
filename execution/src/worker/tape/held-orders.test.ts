import type { Protection } from '@heliograph/contracts';
import { aCandle } from '@heliograph/contracts/testing';
import { PortfolioSettings, Timeframe } from '@heliograph/contracts';
import { describe, expect, test } from 'vitest';
import { held } from '../../decision/state/order-events.ts';
import { protect } from '../../decision/exits/protection.ts';
import { aPortfolio, type PortfolioUnderTest } from '../../testing/a-portfolio.ts';
import { after, anOrder } from '../../testing/portfolios.ts';
import { createHeldOrders } from './held-orders.ts';

const price = (text: string) => PortfolioSettings.shape.cash.parse(text);

/** Two held at 100, protected as told, the protective orders held here. */
function protectedBy(protection: Protection, side: 'buy' | 'sell' = 'buy'): PortfolioUnderTest {
  const portfolio = aPortfolio();
  const orderId = portfolio.intend({ quantity: '2', protection, side, reduceOnly: false });
  portfolio.fill(orderId, '2');
  portfolio.journal(protect(portfolio.state, portfolio.state.lastFillMs));
  for (const order of portfolio.state.orders.values())
    portfolio.journal([held(portfolio.state, order)]);
  return portfolio;
}

function candle(at: number, [open, high, low, close]: [number, number, number, number]) {
  return { ...aCandle({ at: at + 1, open, close }), high, low };
}

/** What each candle triggers: the role and the price. */
function triggeredBy(portfolio: PortfolioUnderTest, candles: [number, number, number, number][]) {
  const orders = createHeldOrders();
  return candles.map((prices, at) => {
    const reached = candle(at, prices);
    const events = orders.reachedBy(portfolio.state, reached, reached.closeTime);
    const told = events.flatMap((event) =>
      event.type === 'order_triggered'
        ? [`${portfolio.state.orders.get(event.data.orderId)?.role} ${event.data.price}`]
        : [],
    );
    portfolio.journal(events);
    orders.follow(portfolio.state, reached);
    return told;
  });
}

/** A trailing stop that two minutes have brought from 95 to 104.5. */
function risen() {
  const portfolio = protectedBy({ trailingStop: { distanceBps: 500 } });
  const orders = createHeldOrders();
  const minutes = [candle(0, [100, 106, 100, 106]), candle(1, [106, 110, 106, 110])];
  for (const minute of minutes) {
    expect(orders.reachedBy(portfolio.state, minute, minute.closeTime)).toEqual([]);
    orders.follow(portfolio.state, minute);
  }
  return { portfolio, orders, minutes };
}

describe('orders that execution holds itself', () => {
  test('a stop is triggered at its price, or at the open beyond it', () => {
    const stopLoss = { price: price('95') };
    expect(
      triggeredBy(protectedBy({ stopLoss }), [
        [100, 101, 95.5, 96],
        [96, 96, 94, 95],
      ]),
    ).toEqual([[], ['stop_loss 95']]);
    expect(triggeredBy(protectedBy({ stopLoss }), [[93, 94, 92, 93]])).toEqual([['stop_loss 93']]);
  });

  test('within one candle the stop comes first, and nothing is sold twice', () => {
    const protection = {
      stopLoss: { price: price('95') },
      takeProfits: [{ price: price('110'), ratio: 1 }],
    };
    expect(
      triggeredBy(protectedBy(protection), [
        [100, 111, 94, 100],
        [100, 120, 99, 119],
      ]),
    ).toEqual([['stop_loss 95'], []]);
  });

  test('a stop whose price was there while an exit was under way leaves when the exit does not', () => {
    const portfolio = protectedBy({ stopLoss: { price: price('95') } });
    const exit = portfolio.intend({
      id: 'exit',
      side: 'sell',
      quantity: '2',
      reduceOnly: true,
    });
    const orders = createHeldOrders();
    const reached = (at: number, prices: [number, number, number, number]): number => {
      const seen = candle(at, prices);
      const { length } = orders.reachedBy(portfolio.state, seen, seen.closeTime);
      orders.follow(portfolio.state, seen);
      return length;
    };
    expect(reached(0, [96, 96, 94, 96]), 'the exit leaves with all of it').toBe(0);
    portfolio.report({ type: 'rejected', orderId: exit, reason: 'VENUE_REJECTED', detail: '' });
    expect(reached(1, [97, 98, 97, 98])).toBe(1);
  });

  test('targets are taken one by one', () => {
    const takeProfits = [
      { price: price('105'), ratio: 0.5 },
      { price: price('110'), ratio: 0.5 },
    ];
    expect(
      triggeredBy(protectedBy({ takeProfits }), [
        [100, 106, 100, 106],
        [106, 111, 106, 111],
      ]),
    ).toEqual([['take_profit 105'], ['take_profit 110']]);
  });

  test('a trailing stop follows the best price and never goes back', () => {
    const protection = { trailingStop: { distanceBps: 500 } };
    expect(
      triggeredBy(protectedBy(protection), [
        [100, 120, 100, 118],
        [118, 119, 114.5, 115],
        [115, 116, 113, 114],
      ]),
    ).toEqual([[], [], ['trailing_stop 114']]);
  });

  test('a trailing stop has followed what was seen before this worker began', () => {
    const portfolio = protectedBy({ trailingStop: { distanceBps: 500 } });
    const orders = createHeldOrders();
    orders.follow(portfolio.state, candle(0, [100, 120, 100, 118]));
    const fallen = candle(1, [115, 116, 113, 114]);
    expect(orders.reachedBy(portfolio.state, fallen, fallen.closeTime)).toMatchObject([
      { type: 'order_triggered', data: { price: '114' } },
    ]);
  });

  test('a candle that is looked at again, because others wrote in between, says the same', () => {
    const portfolio = protectedBy({ trailingStop: { distanceBps: 500 } });
    const orders = createHeldOrders();
    const wide = candle(0, [100, 120, 99, 118]);
    for (let times = 0; times < 2; times++)
      expect(orders.reachedBy(portfolio.state, wide, wide.closeTime)).toEqual([]);
  });

  test('what a long candle has from before the order does not trigger it, its end does', () => {
    const portfolio = protectedBy({ stopLoss: { price: price('95') } });
    const orders = createHeldOrders();
    const minute = candle(0, [100, 101, 99, 100]);
    const { state } = portfolio;
    expect(orders.reachedBy(state, minute, minute.closeTime)).toEqual([]);
    const timeframe = Timeframe.parse('1h');
    const hour = { ...minute, timeframe, openTime: minute.closeTime - 3_600_000, low: 90 };
    expect(orders.reachedBy(state, hour, hour.closeTime)).toEqual([]);
    expect(orders.reachedBy(state, { ...hour, close: 94 }, hour.closeTime)).toHaveLength(1);
  });

  test('a profit target is not reached by what a candle had before the entry', () => {
    const portfolio = protectedBy({ takeProfits: [{ price: price('110'), ratio: 1 }] });
    const [{ timeMs: orderedMs } = { timeMs: 0 }] = portfolio.state.orders.values();
    const reachedBy = (prices: [number, number, number, number], openTime = orderedMs - 1) => {
      const seen = { ...candle(0, prices), openTime };
      return createHeldOrders().reachedBy(portfolio.state, seen, seen.closeTime);
    };
    // It came down from 112 to 100, where the entry was filled: at the market it would be sold there.
    expect(reachedBy([111, 112, 100, 101])).toEqual([]);
    expect(reachedBy([111, 112, 100, 110])).toHaveLength(1);
    expect(reachedBy([101, 112, 100, 101], orderedMs)).toHaveLength(1);
  });

  test('a trailing stop does not follow what a candle had before the entry', () => {
    const portfolio = protectedBy({ trailingStop: { distanceBps: 500 } });
    const orders = createHeldOrders();
    const [{ timeMs: orderedMs } = { timeMs: 0 }] = portfolio.state.orders.values();
    // It was at 120 before it came down to 100, where the entry was filled.
    const first = { ...candle(0, [119, 120, 100, 101]), openTime: orderedMs - 1 };
    orders.follow(portfolio.state, first);
    const next = candle(1, [101, 102, 96, 97]);
    expect(orders.reachedBy(portfolio.state, next, next.closeTime)).toEqual([]);
    // 5 % below 101, where it closed.
    const fallen = candle(1, [101, 102, 95.95, 96]);
    expect(orders.reachedBy(portfolio.state, fallen, fallen.closeTime)).toMatchObject([
      { data: { price: '95.95' } },
    ]);
  });

  test('a trailing stop begins at the stop that was given', () => {
    const protection = { stopLoss: { price: price('98') }, trailingStop: { distanceBps: 1_000 } };
    expect(triggeredBy(protectedBy(protection), [[100, 101, 97, 98]])).toEqual([
      ['trailing_stop 98'],
    ]);
  });

  test('one with a stop follows from the price of the entry on, as the paper exchange does', () => {
    const long = { stopLoss: { price: price('90') }, trailingStop: { distanceBps: 500 } };
    expect(triggeredBy(protectedBy(long), [[100, 100, 94, 94]])).toEqual([['trailing_stop 95']]);
    const short = { stopLoss: { price: price('110') }, trailingStop: { distanceBps: 500 } };
    expect(triggeredBy(protectedBy(short, 'sell'), [[100, 106, 100, 106]])).toEqual([
      ['trailing_stop 105'],
    ]);
  });

  test('a trailing stop is not moved back by what is bought later', () => {
    const portfolio = protectedBy({
      stopLoss: { price: price('80') },
      trailingStop: { distanceBps: 500 },
    });
    portfolio.fill(portfolio.intend({ id: 'more', quantity: '2', reduceOnly: false }), '2', {
      price: '96',
    });
    // A worker that begins now knows what the first two were bought for: 5 % below 100.
    const fallen = candle(0, [96, 96, 94.5, 95.5]);
    expect(createHeldOrders().reachedBy(portfolio.state, fallen, fallen.closeTime)).toMatchObject([
      { data: { price: '95' } },
    ]);
  });

  describe('a trailing stop that has risen', () => {
    test('is not triggered by the hour whose minutes it has followed', () => {
      const { portfolio, orders, minutes } = risen();
      const [first, last] = minutes;
      const timeframe = Timeframe.parse('1h');
      const hour = {
        ...candle(1, [100, 110, 100, 110]),
        timeframe,
        openTime: first?.openTime ?? 0,
      };
      expect(hour.closeTime).toBe(last?.closeTime);
      expect(orders.reachedBy(portfolio.state, hour, hour.closeTime)).toEqual([]);
      orders.follow(portfolio.state, hour);
      const fallen = candle(2, [109, 109, 104.5, 105]);
      expect(orders.reachedBy(portfolio.state, fallen, fallen.closeTime)).toMatchObject([
        { data: { price: '104.5' } },
      ]);
    });

    test('is not triggered by a candle that is told once more', () => {
      const { portfolio, orders, minutes } = risen();
      for (const minute of minutes)
        expect(orders.reachedBy(portfolio.state, minute, minute.closeTime)).toEqual([]);
    });

    test('is triggered by one that is told late and was below where it stood then', () => {
      const { portfolio, orders } = risen();
      const late = candle(1, [106, 106, 100, 106]);
      expect(orders.reachedBy(portfolio.state, late, late.closeTime)).toMatchObject([
        { data: { price: '100.7' } },
      ]);
    });
  });

  test('an entry of the same candle that adds to the position is no way out of it', () => {
    const { state } = protectedBy({ stopLoss: { price: price('95') } });
    const [stop] = state.orders.values();
    if (!stop) throw new Error('no stop');
    const increase = anOrder(state, { side: 'buy', orderType: 'stop', stopPrice: '105' });
    after(state, held(state, increase));
    // The stop was lost in between, and is the later one now.
    state.orders.delete(stop.id);
    state.orders.set(stop.id, stop);
    const wide = candle(0, [100, 106, 94, 100]);
    expect(createHeldOrders().reachedBy(state, wide, wide.closeTime)).toMatchObject([
      { data: { orderId: increase.id } },
      { data: { orderId: stop.id } },
    ]);
  });

  test('a short position is protected the other way round', () => {
    const protection = {
      stopLoss: { price: price('105') },
      takeProfits: [{ price: price('90'), ratio: 1 }],
    };
    expect(triggeredBy(protectedBy(protection, 'sell'), [[100, 104, 91, 92]])).toEqual([[]]);
    expect(triggeredBy(protectedBy(protection, 'sell'), [[100, 105, 91, 92]])).toEqual([
      ['stop_loss 105'],
    ]);
    expect(triggeredBy(protectedBy(protection, 'sell'), [[100, 104, 90, 92]])).toEqual([
      ['take_profit 90'],
    ]);
  });

  test('a candle from before the order triggers nothing', () => {
    const portfolio = protectedBy({ stopLoss: { price: price('95') } });
    const before = { ...aCandle({ at: -1 }), low: 1 };
    expect(createHeldOrders().reachedBy(portfolio.state, before, before.closeTime)).toEqual([]);
  });

  test('what a candle triggers that was told late goes to the venue from then on', () => {
    const portfolio = protectedBy({ stopLoss: { price: price('95') } });
    const late = candle(0, [96, 96, 94, 94]);
    const toldMs = late.closeTime + 30_000;
    expect(createHeldOrders().reachedBy(portfolio.state, late, toldMs)).toMatchObject([
      { type: 'order_triggered', timeMs: toldMs },
    ]);
  });

  test.each([3_600_000, -3_600_000])(
    'a stop is there since it was placed, by the clock of the tape, wherever ours is (%i)',
    (aheadMs) => {
      const portfolio = protectedBy({ stopLoss: { price: price('95') } });
      for (const [id, order] of portfolio.state.orders)
        portfolio.state.orders.set(id, { ...order, timeMs: order.timeMs + aheadMs });
      const orders = createHeldOrders((timeMs) => timeMs - aheadMs);
      const before = aCandle({ at: -1, close: 90 });
      expect(orders.reachedBy(portfolio.state, before, before.closeTime)).toEqual([]);
      orders.follow(portfolio.state, before);
      const reached = candle(0, [94, 94, 94, 94]);
      expect(orders.reachedBy(portfolio.state, reached, reached.closeTime)).toHaveLength(1);
    },
  );
});
