import { Big, OrderId, PortfolioSettings, SymbolName, type Candle } from '@heliograph/contracts';
import { aCandle, someSettings } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import type { OrderRequest } from '../brokers/broker.ts';
import { abandon, cancelResting, emptyBook, type PaperBook, type PaperBookState } from './book.ts';
import { evolveBook } from './evolve-book.ts';
import { nextEvents } from './match.ts';
import { place } from './place.ts';
import { sliceOfCandle } from './slice.ts';

const candle = aCandle();

function account(change: object = {}): PaperBookState {
  const settings = someSettings({
    cash: '1000',
    stake: { kind: 'quote', value: '100' },
    ...change,
  });
  return evolveBook(emptyBook(), { type: 'account_opened', settings });
}

function order(change: Partial<OrderRequest> = {}): OrderRequest {
  const { venue, symbol, openTime } = candle;
  const notional = PortfolioSettings.shape.cash.parse('100');
  return {
    id: OrderId.parse('h1'),
    venue,
    symbol,
    side: 'buy',
    type: 'market',
    size: { kind: 'quote', notional, includesFee: false },
    timeInForce: 'GTC',
    reduceOnly: false,
    timeMs: openTime,
    ...change,
  };
}

function match(book: PaperBook, candle: Candle) {
  return nextEvents(book, new Map(), sliceOfCandle(candle, 1));
}

function run(book: PaperBookState, request: OrderRequest, next = candle) {
  let after = book;
  for (const event of place(after, request).events) after = evolveBook(after, event);
  const events = match(after, next);
  for (const event of events) after = evolveBook(after, event);
  return { book: after, events };
}

const base = (quantity: string): OrderRequest['size'] => ({
  kind: 'base',
  quantity: PortfolioSettings.shape.cash.parse(quantity),
});

describe('the paper exchange', () => {
  test('fills a market order at the open of the candle that closes after it', () => {
    const { book, events } = run(account(), order(), aCandle({ open: 33, close: 40 }));
    expect(events).toMatchObject([
      {
        type: 'order_filled',
        timeMs: candle.openTime,
        price: '33',
        quantity: '3.03',
        fee: '0.09999',
      },
    ]);
    expect(book.cash.toFixed()).toBe('899.91001');
    expect(book.resting.size).toBe(0);
  });

  test('fills nothing from a candle that had closed when the order was made', () => {
    expect(run(account(), order({ timeMs: candle.closeTime })).events).toEqual([]);
    expect(run(account(), order({ timeMs: candle.closeTime - 1 })).events).toHaveLength(1);
  });

  test('fills nothing from the candle of another symbol', () => {
    const other = aCandle({ symbol: SymbolName.parse('ETH/USDT') });
    expect(run(account(), order(), other).events).toEqual([]);
  });

  test('slips the price against the order, to the tick', () => {
    const slipping = { slippageBps: '7', tickSize: '0.1' };
    const bought = run(account(slipping), order({ size: base('1') }));
    expect(bought.events).toMatchObject([{ price: '100.1' }]);
    const sold = run(
      bought.book,
      order({ id: OrderId.parse('h2'), side: 'sell', size: base('1') }),
    );
    expect(sold.events).toMatchObject([{ price: '99.9' }]);
  });

  test('takes an order id once', () => {
    const { book } = run(account(), order());
    expect(place(book, order()).events).toEqual([]);
  });

  test('cancels what cannot be paid for at its fill, and never owes', () => {
    const { book, events } = run(account({ cash: '100' }), order({ size: base('1') }));
    expect(events).toMatchObject([{ type: 'order_cancelled', reason: 'INSUFFICIENT_FUNDS' }]);
    expect(book.cash.toFixed()).toBe('100');
    expect(run(account({ cash: '100.1' }), order({ size: base('1') })).events).toMatchObject([
      { type: 'order_filled' },
    ]);
  });

  test('buys with all the cash to the last lot, fee included', () => {
    const notional = PortfolioSettings.shape.cash.parse('1000');
    const { book } = run(
      account({ lotSize: '0.000001' }),
      order({ size: { kind: 'quote', notional, includesFee: true } }),
      aCandle({ open: 56_602.25, close: 56_602.25 }),
    );
    const lotCost = new Big('56602.25').times('1.001').times('0.000001');
    expect(book.cash.gte('0')).toBe(true);
    expect(book.cash.lt(lotCost), 'one lot more would not have fitted').toBe(true);
  });

  test('sells no more than is held', () => {
    const bought = run(account(), order({ size: base('2') }));
    const sold = run(
      bought.book,
      order({ id: OrderId.parse('h2'), side: 'sell', size: base('5') }),
    );
    expect(sold.events).toMatchObject([{ quantity: '2' }]);
    const again = run(sold.book, order({ id: OrderId.parse('h3'), side: 'sell', size: base('1') }));
    expect(again.events).toMatchObject([{ type: 'order_cancelled', reason: 'NO_POSITION' }]);
  });

  test('cancels what would bring nothing after slippage and tick', () => {
    const bought = run(account({ tickSize: '0.01', cash: '1000' }), order({ size: base('5') }));
    const sold = run(
      bought.book,
      order({ id: OrderId.parse('h2'), side: 'sell', size: base('5') }),
      aCandle({ open: 0.008, close: 0.008 }),
    );
    expect(sold.events).toMatchObject([{ type: 'order_cancelled', reason: 'BELOW_MINIMUM' }]);
  });

  test('never takes an order that was abandoned, and abandons none that it took', () => {
    const why = { timeMs: candle.openTime, reason: 'EXPIRED', detail: 'too late' } as const;
    let book = account();
    for (const event of abandon(book, OrderId.parse('h1'), why)) book = evolveBook(book, event);
    expect(place(book, order()).events).toEqual([]);
    expect(book.reports.get(OrderId.parse('h1'))).toMatchObject([{ type: 'cancelled' }]);
    expect(abandon(run(account(), order()).book, OrderId.parse('h1'), why)).toEqual([]);
  });

  test('lets nothing rest when the tape ends', () => {
    let book = account();
    for (const event of place(book, order()).events) book = evolveBook(book, event);
    for (const event of cancelResting(book, candle.closeTime)) book = evolveBook(book, event);
    expect(book.resting.size).toBe(0);
    expect(book.reports.get(OrderId.parse('h1'))?.map(({ type }) => type)).toEqual([
      'accepted',
      'cancelled',
    ]);
  });
});
