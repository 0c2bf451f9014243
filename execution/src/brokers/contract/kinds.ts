import { Big, PositiveDecimal } from '@heliograph/contracts';
import { eventually } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import type { OrderRequest } from '../broker.ts';
import {
  base,
  createOrders,
  filledQuantity,
  fillsIn,
  known,
  part,
  taken,
  untilEnded,
  valueOf,
  type BrokerHarness,
  type BrokerTerms,
} from './harness.ts';

/** What a broker says that it keeps it keeps, and the rest it refuses. */
export function testKinds(name: string, terms: BrokerTerms): void {
  const { lowerPrice, price, quantity, symbol } = terms;
  const { aLimit, anOrder, filled, half, received } = createOrders(terms);
  const between = new Big(price).plus(lowerPrice).div('2').toFixed();

  /** False when the broker does not say that it keeps such orders, and has refused it. */
  const isKept = async ({ broker }: BrokerHarness, order: OrderRequest): Promise<boolean> => {
    const placement = await broker.place(order);
    if (broker.orderTypes.includes(order.type) && broker.timesInForce.includes(order.timeInForce)) {
      expect(placement).toEqual(taken);
      return true;
    }
    expect(placement).toMatchObject({ status: 'rejected', reason: 'UNSUPPORTED_ORDER' });
    expect(await broker.openOrders([symbol])).toEqual([]);
    return false;
  };

  describe.concurrent(`${name}: kinds of orders`, () => {
    test.for([
      { type: 'stop', stopPrice: between },
      { type: 'stop_limit', stopPrice: between, limitPrice: lowerPrice },
      { type: 'trailing_stop', trailingBps: 500 },
    ] as const)('a $type waits until it is triggered, or is refused', async (kind) => {
      await using harness = await terms.open();
      const { broker } = harness;
      await filled(harness, anOrder(harness));
      const order = anOrder(harness, {
        side: 'sell',
        size: base(half),
        reduceOnly: true,
        ...kind,
      });
      if (!(await isKept(harness, order))) return;
      await harness.movePrice(price);
      await eventually(async () =>
        expect(await broker.openOrders([symbol])).toMatchObject([
          {
            clientOrderId: order.id,
            side: 'sell',
            filledQuantity: '0',
            ...('stopPrice' in kind && { stopPrice: kind.stopPrice }),
          },
        ]),
      );
      expect(fillsIn(await known(broker, order))).toEqual([]);
      await harness.movePrice(lowerPrice);
      const reports = await untilEnded(broker, order);
      expect(filledQuantity(reports)).toBe(half);
      for (const fill of fillsIn(reports))
        expect(new Big(fill.price).gte(order.limitPrice ?? '0'), 'no worse than its limit').toBe(
          true,
        );
    });

    test.for(['IOC', 'FOK'] as const)(
      'an %s order beyond the market ends at once',
      async (timeInForce) => {
        await using harness = await terms.open();
        const order = aLimit(harness, { timeInForce });
        if (!(await isKept(harness, order))) return;
        await harness.movePrice(price);
        const reports = await untilEnded(harness.broker, order);
        expect(reports).toMatchObject([
          { type: 'accepted' },
          { type: 'cancelled', reason: 'TIME_IN_FORCE' },
        ]);
        await harness.movePrice(lowerPrice);
        expect(await known(harness.broker, order)).toEqual(reports);
      },
    );

    test.for([
      ['IOC', received(half)],
      ['FOK', '0'],
    ] as const)(
      'an %s order of more than there is gets %s',
      async ([timeInForce, expectedQuantity]) => {
        await using harness = await terms.open();
        const order = aLimit(harness, { timeInForce, limitPrice: price });
        harness.makeThin(half);
        if (!(await isKept(harness, order))) return;
        await harness.movePrice(price);
        const reports = await untilEnded(harness.broker, order);
        expect(filledQuantity(reports)).toBe(expectedQuantity);
        expect(reports.at(-1)).toMatchObject({ type: 'cancelled', reason: 'TIME_IN_FORCE' });
      },
    );

    test('a post-only order that waits is filled as a maker', async () => {
      await using harness = await terms.open();
      const order = aLimit(harness, { timeInForce: 'PO' });
      if (!(await isKept(harness, order))) return;
      await harness.movePrice(price);
      await harness.movePrice(lowerPrice);
      const reports = await untilEnded(harness.broker, order);
      expect(filledQuantity(reports)).toBe(received(quantity));
      expect(new Set(fillsIn(reports).map(({ liquidity }) => liquidity))).toEqual(
        new Set(['maker']),
      );
    });

    test('a post-only order that would take gets nothing', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const order = aLimit(harness, { timeInForce: 'PO', limitPrice: price });
      const placement = await broker.place(order);
      await harness.movePrice(price);
      const end =
        placement.status === 'taken' ? (await untilEnded(broker, order)).at(-1)?.type : undefined;
      expect(['rejected', 'cancelled']).toContain(end ?? placement.status);
      await harness.movePrice(lowerPrice);
      await broker.refresh([order]);
      expect(fillsIn((await broker.reportsOf(order)) ?? [])).toEqual([]);
      expect(await broker.openOrders([symbol])).toEqual([]);
    });

    test('an order until a time ends then', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const goodTillMs = harness.nowMs() + 1;
      const order = aLimit(harness, { timeInForce: 'GTD', goodTillMs });
      if (!(await isKept(harness, order))) return;
      await eventually(async () => {
        await harness.movePrice(price);
        expect((await known(broker, order)).at(-1)).toMatchObject({
          type: 'cancelled',
          reason: 'TIME_IN_FORCE',
        });
      });
      await harness.movePrice(lowerPrice);
      expect(fillsIn(await known(broker, order))).toEqual([]);
    });

    test('an order until a time is filled before it', async () => {
      await using harness = await terms.open();
      const goodTillMs = harness.nowMs() + 3_600_000;
      const order = aLimit(harness, { timeInForce: 'GTD', goodTillMs });
      if (!(await isKept(harness, order))) return;
      await harness.movePrice(lowerPrice);
      const reports = await untilEnded(harness.broker, order);
      expect(filledQuantity(reports)).toBe(received(quantity));
    });

    test.for([true, false])(
      'an order for money spends it and no more, its fee included: %s',
      async (includesFee) => {
        await using harness = await terms.open();
        const notional = PositiveDecimal.parse(part(quantity, price));
        const size = { kind: 'quote', notional, includesFee } as const;
        const { net, fees } = valueOf(fillsIn(await filled(harness, anOrder(harness, { size }))));
        const cost = net.plus(fees);
        expect((includesFee ? cost : net).lte(notional), `${cost.toFixed()} of it`).toBe(true);
        expect(cost.gte(part(notional, '0.99')), `${cost.toFixed()} of it`).toBe(true);
      },
    );

    test('orders that may only reduce wait beside each other, or the second is refused', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const position = filledQuantity(await filled(harness, anOrder(harness)));
      const leg = (): OrderRequest =>
        aLimit(harness, {
          side: 'sell',
          limitPrice: part(price, '1.1'),
          size: base(part(quantity, '0.75')),
          reduceOnly: true,
        });
      const first = leg();
      const second = leg();
      expect(await broker.place(first)).toEqual(taken);
      expect(await broker.place(second)).toMatchObject(
        broker.restsReduceOnly ? taken : { status: 'rejected', reason: 'INSUFFICIENT_FUNDS' },
      );
      if (!broker.restsReduceOnly) return;
      await eventually(async () => expect(await broker.openOrders([symbol])).toHaveLength(2));
      await harness.movePrice(part(price, '1.2'));
      const reports = [...(await untilEnded(broker, first)), ...(await untilEnded(broker, second))];
      expect(filledQuantity(reports), 'what goes beyond flat is not filled').toBe(position);
    });
  });
}
