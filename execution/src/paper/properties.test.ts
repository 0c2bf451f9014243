import { Big, exactly, type Candle, type PortfolioSettings } from '@heliograph/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OrderRequest, Report } from '../brokers/broker.ts';
import { instrumentKey } from '../instrument-key.ts';
import { createPaperExchange, type PaperExchange } from './exchange.ts';
import {
  printIn,
  protectionOf,
  randomMoments,
  randomSettings,
  show,
  type Moment,
} from './random-market.ts';

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
    candle = asFilledFrom(settings, moment);
    show(exchange, moment);
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

/** What of a candle can fill anything. */
function asFilledFrom({ paper }: PortfolioSettings, { candle }: Moment): Candle {
  const { close } = candle;
  return paper?.tape === 'trades' ? { ...candle, high: close, low: close } : candle;
}

/** Plays at random until something is not as it must be, and says what. */
function counterexample(
  violations: (played: Played, settings: PortfolioSettings) => string[],
): string | undefined {
  const found = fc.check(
    fc.property(
      randomSettings,
      randomMoments,
      (settings, moments) => violations(play(settings, moments), settings).length === 0,
    ),
    { numRuns: 300 },
  );
  return found.failed ? fc.defaultReportMessage(found) : undefined;
}

/** The fills in their order, each with its order, its candle and what was held before and after. */
function* fillsIn({ told, orders }: Played) {
  const held = new Map<string, Big>();
  for (const { report, candle } of told) {
    const order = orders.get(report.orderId);
    if (report.type !== 'filled' || !order || !candle) continue;
    const key = instrumentKey(order);
    const before = held.get(key) ?? zero;
    const change = new Big(report.quantity).times(order.side === 'buy' ? '1' : '-1');
    const after = before.plus(change);
    held.set(key, after);
    yield { fill: report, order, candle, key, before, change, after };
  }
}

function fillsOf({ told }: Played, order: OrderRequest): Fill[] {
  return told
    .map(({ report }) => report)
    .filter((report): report is Fill => report.type === 'filled' && report.orderId === order.id);
}

describe('whatever the tape and the orders', () => {
  test('cash and holdings are the sum of the fills, to the last digit', () => {
    expect(
      counterexample((played, settings) => {
        let cash = new Big(settings.cash);
        const held = new Map<string, Big>();
        for (const { fill, key, change, after } of fillsIn(played)) {
          cash = cash.minus(change.times(fill.price)).minus(fill.fee);
          held.set(key, after);
        }
        const { book } = played.exchange;
        const wrong = [...held].filter(
          ([key, quantity]) => !(book.holdings.get(key)?.quantity ?? zero).eq(quantity),
        );
        return [...wrong.map(([key]) => key), ...unless(book.cash.eq(cash), 'cash')];
      }),
    ).toBeUndefined();
  });

  test('without shorts nothing is sold that is not there, without leverage nothing is owed', () => {
    expect(
      counterexample((played, settings) => {
        let cash = new Big(settings.cash);
        const wrong: string[] = [];
        for (const { fill, change, after } of fillsIn(played)) {
          cash = cash.minus(change.times(fill.price)).minus(fill.fee);
          if (settings.shorting) continue;
          wrong.push(...unless(after.gte('0'), `${fill.orderId} sells too much`));
          const isLevered = (settings.leverage ?? 1) > 1;
          wrong.push(...unless(isLevered || cash.gte('0'), `${fill.orderId} leaves a debt`));
        }
        return wrong;
      }),
    ).toBeUndefined();
  });

  test('what makes a position larger leaves the margin that it needs', () => {
    expect(
      counterexample((played, settings) => {
        let cash = new Big(settings.cash);
        const costs = new Map<string, Big>();
        const wrong: string[] = [];
        for (const { fill, key, change, before, after } of fillsIn(played)) {
          cash = cash.minus(change.times(fill.price)).minus(fill.fee);
          const cost = costs.get(key) ?? zero;
          const turns = after.times(before).lt('0');
          const raises = turns || after.abs().gt(before.abs());
          if (turns) costs.set(key, after.times(fill.price));
          else if (raises) costs.set(key, cost.plus(change.times(fill.price)));
          else costs.set(key, cost.times(after).div(before));
          const all = [...costs.values()];
          const equity = all.reduce((sum, each) => sum.plus(each), cash);
          const exposure = all.reduce((sum, each) => sum.plus(each.abs()), zero);
          const isCarried = equity.times(exactly(settings.leverage ?? 1)).gte(exposure);
          wrong.push(...unless(!raises || isCarried, fill.orderId));
        }
        return wrong;
      }),
    ).toBeUndefined();
  });

  test('an order that may only reduce never goes beyond flat', () => {
    expect(
      counterexample((played) =>
        [...fillsIn(played)]
          .filter(({ order }) => order.reduceOnly)
          .filter(
            ({ before, after }) => after.abs().gte(before.abs()) || after.times(before).lt('0'),
          )
          .map(({ order }) => order.id),
      ),
    ).toBeUndefined();
  });

  test('no fill is past the limit of its order', () => {
    expect(
      counterexample((played) =>
        [...fillsIn(played)]
          .filter(({ fill, order }) => {
            const { limitPrice = fill.price, side } = order;
            return side === 'buy'
              ? new Big(fill.price).gt(limitPrice)
              : new Big(fill.price).lt(limitPrice);
          })
          .map(({ order }) => order.id),
      ),
    ).toBeUndefined();
  });

  test('no fill is better than anything in its candle, or later than its close', () => {
    expect(
      counterexample((played) =>
        [...fillsIn(played)]
          .filter(({ fill, order, candle }) => {
            const isBetter =
              order.side === 'buy'
                ? new Big(fill.price).lt(exactly(candle.low))
                : new Big(fill.price).gt(exactly(candle.high));
            return isBetter || fill.timeMs >= candle.closeTime;
          })
          .map(({ order }) => order.id),
      ),
    ).toBeUndefined();
  });

  test('an order comes to its size at most, and its last fill says so', () => {
    expect(
      counterexample((played, settings) =>
        [...played.orders.values()].flatMap((order) => {
          const fills = fillsOf(played, order);
          const ends = fills.findIndex(({ complete }) => complete);
          const isWhole =
            settings.paper?.maxVolumeRatio === undefined || order.timeInForce === 'FOK';
          return [
            ...unless(isWithinSize(order, fills), `${order.id} is filled beyond its size`),
            ...unless([-1, fills.length - 1].includes(ends), `${order.id} goes on after its end`),
            ...unless(!isWhole || fills.length <= 1, `${order.id} is filled in parts`),
            ...unless(new Set(fills.map(({ fillId }) => fillId)).size === fills.length, 'fill ids'),
          ];
        }),
      ),
    ).toBeUndefined();
  });

  test('IOC and FOK never rest once they have met a price', () => {
    expect(
      counterexample(({ exchange, moments, orders }, settings) =>
        [...orders.values()]
          .filter(({ timeInForce }) => timeInForce === 'IOC' || timeInForce === 'FOK')
          .filter(({ id, type }) => {
            const isStop = type !== 'market' && type !== 'limit';
            return (
              (!isStop || exchange.book.resting.get(id)?.fills) && exchange.book.resting.has(id)
            );
          })
          .filter(({ symbol, timeMs }) => {
            const arrivalMs = timeMs + (settings.paper?.latencyMs ?? 0);
            const isTold = (moment: Moment): boolean =>
              settings.paper?.tape !== 'trades' || printIn(moment) !== undefined;
            return moments
              .filter(isTold)
              .some(({ candle }) => candle.symbol === symbol && candle.closeTime > arrivalMs);
          })
          .map(({ id }) => id),
      ),
    ).toBeUndefined();
  });

  test('post only is never a taker', () => {
    expect(
      counterexample((played) =>
        [...fillsIn(played)]
          .filter(({ fill, order }) => order.timeInForce === 'PO' && fill.liquidity === 'taker')
          .map(({ order }) => order.id),
      ),
    ).toBeUndefined();
  });

  test('an order ends once, and nothing comes after', () => {
    expect(
      counterexample(({ told }) => {
        const ended = new Set<string>();
        return told.flatMap(({ report }, index) => {
          const isLate = ended.has(report.orderId);
          const isEnd = report.type === 'filled' ? report.complete : report.type !== 'accepted';
          if (isEnd) ended.add(report.orderId);
          return unless(!isLate && report.sequence === index + 1, report.orderId);
        });
      }),
    ).toBeUndefined();
  });

  test('where a candle reaches a stop and a target of one position, the stop comes first', () => {
    expect(
      counterexample(({ told, orders, exchange }) =>
        told
          .filter(
            ({ report }) =>
              report.type === 'filled' &&
              report.liquidity === 'maker' &&
              orders.get(report.orderId)?.protects !== undefined,
          )
          .filter(({ report, candle }) => {
            const stop = orders.get(`${report.orderId.slice(0, -1)}s`);
            const isThere = stop?.stopPrice !== undefined && exchange.book.resting.has(stop.id);
            if (!candle || !isThere) return false;
            const level = Number(stop.stopPrice);
            const isReached = stop.side === 'sell' ? candle.low <= level : candle.high >= level;
            // Where there was no volume for all of it, what is left of the stop still rests.
            const wentBefore = told.some(
              (other) =>
                other.report.orderId === stop.id &&
                other.report.type === 'filled' &&
                other.report.sequence < report.sequence,
            );
            return isReached && !wentBefore;
          })
          .map(({ report }) => report.orderId),
      ),
    ).toBeUndefined();
  });
});

const zero = new Big('0');

function isWithinSize({ size }: OrderRequest, fills: readonly Fill[]): boolean {
  const amount = fills.reduce((sum, { quantity, price, fee }) => {
    if (size.kind === 'base') return sum.plus(quantity);
    return sum.plus(new Big(quantity).times(price)).plus(size.includesFee ? fee : '0');
  }, zero);
  return amount.lte(size.kind === 'base' ? size.quantity : size.notional);
}

function unless(holds: boolean, violation: string): string[] {
  return holds ? [] : [violation];
}
