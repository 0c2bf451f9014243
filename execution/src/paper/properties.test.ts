import { Big, exactly, type Candle, type PortfolioSettings } from '@heliograph/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OrderRequest, Report } from '../brokers/broker.ts';
import { instrumentKey } from './account.ts';
import { createPaperExchange, type PaperExchange } from './exchange.ts';
import { protectionOf, randomMoments, randomSettings, type Moment } from './random-market.ts';

type Fill = Extract<Report, { type: 'filled' }>;

interface Played {
  readonly exchange: PaperExchange;
  readonly moments: readonly Moment[];
  readonly orders: ReadonlyMap<string, OrderRequest>;
  /** Every report with the candle in which it came; none for what came between them. */
  readonly told: readonly { readonly report: Report; readonly candle: Candle | undefined }[];
}

function play(settings: PortfolioSettings, moments: readonly Moment[]): Played {
  const orders = new Map<string, OrderRequest>();
  const isProtected = new Set<string>();
  const told: { report: Report; candle: Candle | undefined }[] = [];
  let candle: Candle | undefined;
  const exchange = createPaperExchange({
    settings,
    onReport(report) {
      told.push({ report, candle });
      const entry = orders.get(report.orderId);
      if (report.type !== 'filled' || !entry || !isProtected.has(entry.id)) return;
      for (const order of protectionOf(entry, report)) {
        orders.set(order.id, order);
        exchange.place(order);
      }
    },
  });
  for (const moment of moments) {
    candle = moment.candle;
    exchange.onCandle(candle);
    candle = undefined;
    for (const action of moment.actions) {
      if (action.type === 'cancel') {
        const order = orders.get(action.id);
        const why = { timeMs: 0, reason: 'CANCEL_REQUESTED', detail: '' } as const;
        if (order) exchange.cancel(order.id, why);
        continue;
      }
      orders.set(action.order.id, action.order);
      if (action.isProtected) isProtected.add(action.order.id);
      exchange.place(action.order);
    }
  }
  return { exchange, moments, orders, told };
}

function check(property: (played: Played, settings: PortfolioSettings) => void): void {
  fc.assert(
    fc.property(randomSettings, randomMoments, (settings, moments) =>
      property(play(settings, moments), settings),
    ),
    { numRuns: 300 },
  );
}

function fillsOf({ told }: Played, order: OrderRequest): Fill[] {
  return told
    .map(({ report }) => report)
    .filter((report): report is Fill => report.type === 'filled' && report.orderId === order.id);
}

function sum(values: readonly (Big | string)[]): Big {
  return values.reduce<Big>((total, value) => total.plus(value), new Big('0'));
}

describe('whatever the tape and the orders', () => {
  test('cash and holdings are the sum of the fills, to the last digit', () => {
    check((played, settings) => {
      let cash = new Big(settings.cash);
      const held = new Map<string, Big>();
      for (const { report } of played.told) {
        const order = played.orders.get(report.orderId);
        if (report.type !== 'filled' || !order) continue;
        const change = new Big(report.quantity).times(order.side === 'buy' ? '1' : '-1');
        cash = cash.minus(change.times(report.price)).minus(report.fee);
        const key = instrumentKey(order);
        held.set(key, (held.get(key) ?? new Big('0')).plus(change));
        const may = settings.shorting || held.get(key)?.gte('0');
        expect(may, 'nothing is sold that is not there').toBe(true);
        const isSpot = !settings.shorting && (settings.leverage ?? 1) === 1;
        if (isSpot) expect(cash.gte('0'), 'nothing is owed').toBe(true);
      }
      const { book } = played.exchange;
      expect(book.cash.toFixed()).toBe(cash.toFixed());
      for (const [key, quantity] of held)
        expect(book.holdings.get(key)?.quantity.toFixed() ?? '0').toBe(quantity.toFixed());
    });
  });

  test('an order that may only reduce never goes beyond flat', () => {
    check((played) => {
      const held = new Map<string, Big>();
      for (const { report } of played.told) {
        const order = played.orders.get(report.orderId);
        if (report.type !== 'filled' || !order) continue;
        const key = instrumentKey(order);
        const before = held.get(key) ?? new Big('0');
        const after = before.plus(
          new Big(report.quantity).times(order.side === 'buy' ? '1' : '-1'),
        );
        held.set(key, after);
        if (!order.reduceOnly) continue;
        expect(after.abs().lt(before.abs()), 'it makes the position smaller').toBe(true);
        expect(after.times(before).gte('0'), 'and leaves it on its side').toBe(true);
      }
    });
  });

  test('no fill is past the limit of its order, or outside of its candle but by its costs', () => {
    check(({ told, orders }) => {
      for (const { report, candle } of told) {
        const order = orders.get(report.orderId);
        if (report.type !== 'filled' || !order) continue;
        const price = new Big(report.price);
        if (order.limitPrice !== undefined)
          expect(
            order.side === 'buy' ? price.lte(order.limitPrice) : price.gte(order.limitPrice),
          ).toBe(true);
        if (!candle) throw new Error('something was filled between the candles');
        const isPossible =
          order.side === 'buy' ? price.gte(exactly(candle.low)) : price.lte(exactly(candle.high));
        expect(isPossible, 'the market was there').toBe(true);
        expect(report.timeMs).toBeLessThan(candle.closeTime);
      }
    });
  });

  test('an order comes to its size at most, and its last fill says so', () => {
    check((played, settings) => {
      for (const order of played.orders.values()) {
        const fills = fillsOf(played, order);
        const { size } = order;
        if (size.kind === 'base')
          expect(sum(fills.map(({ quantity }) => quantity)).lte(size.quantity)).toBe(true);
        else {
          const spent = fills.map(({ quantity, price, fee }) =>
            new Big(quantity).times(price).plus(size.includesFee ? fee : '0'),
          );
          expect(sum(spent).lte(size.notional)).toBe(true);
        }
        expect(new Set(fills.map(({ fillId }) => fillId)).size).toBe(fills.length);
        const isOver = fills.findIndex(({ complete }) => complete);
        expect([-1, fills.length - 1]).toContain(isOver);
        const ratio = settings.paper?.maxVolumeRatio;
        if (ratio === undefined) expect(fills.length).toBeLessThanOrEqual(1);
        if (order.timeInForce === 'FOK') expect(fills.every(({ complete }) => complete)).toBe(true);
      }
    });
  });

  test('IOC and FOK never rest once they have met a price, and post only is never a taker', () => {
    check((played, settings) => {
      for (const order of played.orders.values()) {
        if (order.timeInForce === 'PO')
          expect(fillsOf(played, order).every(({ liquidity }) => liquidity === 'maker')).toBe(true);
        const isImmediate = order.timeInForce === 'IOC' || order.timeInForce === 'FOK';
        const isStop = order.type !== 'market' && order.type !== 'limit';
        if (!isImmediate || isStop || !played.exchange.book.resting.has(order.id)) continue;
        const arrivalMs = order.timeMs + (settings.paper?.latencyMs ?? 0);
        const hasMetPrice = played.moments.some(
          ({ candle }) => candle.symbol === order.symbol && candle.closeTime > arrivalMs,
        );
        expect(hasMetPrice, `${order.id} rests`).toBe(false);
      }
    });
  });

  test('an order ends once, and nothing comes after', () => {
    check(({ told }) => {
      const ended = new Set<string>();
      for (const [index, { report }] of told.entries()) {
        expect(report.sequence).toBe(index + 1);
        expect(ended.has(report.orderId)).toBe(false);
        const isEnd = report.type === 'filled' ? report.complete : report.type !== 'accepted';
        if (isEnd) ended.add(report.orderId);
      }
    });
  });

  test('where a candle reaches a stop and a target of one position, the stop comes first', () => {
    check((played) => {
      for (const order of played.orders.values()) {
        if (!order.id.endsWith('t') || order.protects === undefined) continue;
        const [profit] = played.told.filter(
          ({ report }) => report.orderId === order.id && report.type === 'filled',
        );
        if (!profit?.candle || order.limitPrice === undefined) continue;
        const stop = played.orders.get(`${order.id.slice(0, -1)}s`);
        if (stop?.stopPrice === undefined || !played.exchange.book.resting.has(stop.id)) continue;
        const { open, low, high } = profit.candle;
        const isOpenFill =
          profit.report.type === 'filled' && profit.report.liquidity === 'taker' && open > 0;
        if (isOpenFill) continue;
        const reached =
          stop.side === 'sell' ? low <= Number(stop.stopPrice) : high >= Number(stop.stopPrice);
        const wasThere = profit.candle.volume > 0;
        expect(reached && wasThere, `${order.id} before its stop`).toBe(false);
      }
    });
  });
});
