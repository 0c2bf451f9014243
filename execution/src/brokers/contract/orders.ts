import { Big } from '@heliograph/contracts';
import { eventually } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import {
  createOrders,
  filledQuantity,
  fillsIn,
  isComplete,
  known,
  taken,
  untilEnded,
  type BrokerTerms,
} from './harness.ts';

/** Orders are taken once and filled as others trade. */
export function testOrders(name: string, terms: BrokerTerms): void {
  const { lowerPrice, price, quantity, symbol } = terms;
  const { aLimit, anOrder, half, received } = createOrders(terms);

  describe.concurrent(`${name}: orders`, () => {
    test('a market order is accepted and filled whole', async () => {
      await using harness = await terms.open();
      const order = anOrder(harness);
      expect(await harness.broker.place(order)).toEqual(taken);
      await harness.movePrice(price);
      const reports = await untilEnded(harness.broker, order);
      expect(reports[0]).toMatchObject({ type: 'accepted', orderId: order.id });
      expect(filledQuantity(reports)).toBe(received(quantity));
      expect(reports.map(isComplete), 'the last fill says so').toEqual(
        reports.map((_, index) => index === reports.length - 1),
      );
    });

    test('a limit order waits for its price and gets none that is worse', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const order = aLimit(harness);
      expect(await broker.place(order)).toEqual(taken);
      await eventually(async () =>
        expect(await broker.openOrders([symbol])).toMatchObject([
          { clientOrderId: order.id, symbol, side: 'buy', quantity, filledQuantity: '0' },
        ]),
      );
      await harness.movePrice(lowerPrice);
      const reports = await untilEnded(broker, order);
      expect(filledQuantity(reports)).toBe(received(quantity));
      for (const fill of fillsIn(reports))
        expect(new Big(fill.price).lte(lowerPrice), `${fill.price} is no worse`).toBe(true);
      await eventually(async () => expect(await broker.openOrders([symbol])).toEqual([]));
    });

    test('an order is filled in parts as others trade', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const order = aLimit(harness);
      await broker.place(order);
      await harness.trade(lowerPrice, half);
      await eventually(async () => {
        const reports = await known(broker, order);
        expect(filledQuantity(reports)).toBe(received(half));
        expect(reports.some(isComplete)).toBe(false);
      });
      await harness.trade(lowerPrice, half);
      const reports = await untilEnded(broker, order);
      expect(filledQuantity(reports)).toBe(received(quantity));
      expect(new Set(fillsIn(reports).map(({ fillId }) => fillId)).size).toBe(2);
    });

    test('placed twice it is one order', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const order = aLimit(harness);
      await broker.place(order);
      expect(await broker.place(order)).toEqual(taken);
      await eventually(async () => expect(await broker.openOrders([symbol])).toHaveLength(1));
      await harness.movePrice(lowerPrice);
      expect(filledQuantity(await untilEnded(broker, order))).toBe(received(quantity));
      expect(await broker.place(order)).toEqual(taken);
      await harness.movePrice(lowerPrice);
      expect(filledQuantity(await known(broker, order))).toBe(received(quantity));
    });

    test('whose answer was lost is found by its id', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const order = aLimit(harness);
      harness.loseNextAnswer();
      await expect(broker.place(order)).rejects.toBeInstanceOf(Error);
      expect((await known(broker, order))[0]).toMatchObject({ type: 'accepted' });
      expect(await broker.place(order), 'again is still one').toEqual(taken);
      await eventually(async () => expect(await broker.openOrders([symbol])).toHaveLength(1));
    });

    test('that was never placed is not found', async () => {
      await using harness = await terms.open();
      const order = anOrder(harness);
      await harness.broker.refresh([order]);
      expect(await harness.broker.reportsOf(order)).toBeUndefined();
    });

    test.for(terms.forbidden)(
      'that the rules forbid is refused: $name',
      async ({ change, reasons }) => {
        await using harness = await terms.open();
        const { broker } = harness;
        const placement = await broker.place(aLimit(harness, change));
        expect(placement).toMatchObject({ status: 'rejected' });
        expect(reasons).toContain('reason' in placement ? placement.reason : undefined);
        expect(await broker.openOrders([symbol])).toEqual([]);
      },
    );
  });
}
