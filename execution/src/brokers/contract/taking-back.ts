import { eventually } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import {
  createOrders,
  filledQuantity,
  fillsIn,
  known,
  untilEnded,
  why,
  type BrokerTerms,
} from './harness.ts';

/** What is taken back ends, what was never there never comes. */
export function testTakingBack(name: string, terms: BrokerTerms): void {
  const { lowerPrice, quantity, symbol } = terms;
  const { aLimit, anOrder, filled, half, received } = createOrders(terms);

  describe.concurrent(`${name}: taking orders back`, () => {
    test('a cancelled order is filled no more, and ends with why', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const order = aLimit(harness);
      const { reason, detail } = why(harness);
      await broker.place(order);
      await broker.cancel(order, why(harness));
      const reports = await untilEnded(broker, order);
      expect(reports).toMatchObject([{ type: 'accepted' }, { type: 'cancelled', reason, detail }]);
      await broker.cancel(order, why(harness));
      await harness.movePrice(lowerPrice);
      expect(await known(broker, order)).toEqual(reports);
      expect(await broker.openOrders([symbol])).toEqual([]);
    });

    test('a cancel takes back what is left and keeps what was filled', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const order = aLimit(harness);
      await broker.place(order);
      await harness.trade(lowerPrice, half);
      await eventually(async () =>
        expect(filledQuantity(await known(broker, order))).toBe(received(half)),
      );
      const before = await known(broker, order);
      await broker.cancel(order, why(harness));
      const reports = await untilEnded(broker, order);
      expect(reports.slice(0, -1), 'what was told stays').toEqual(before);
      expect(reports.map(({ type }) => type)).toEqual(['accepted', 'filled', 'cancelled']);
      for (const [at, report] of reports.entries()) {
        expect(report.sequence).toBeGreaterThan(reports[at - 1]?.sequence ?? -1);
        expect(report.timeMs).toBeGreaterThanOrEqual(reports[at - 1]?.timeMs ?? 0);
      }
      expect(fillsIn(reports).every(({ complete }) => !complete)).toBe(true);
    });

    test('whoever takes over can take back what another has placed', async () => {
      await using harness = await terms.open();
      const order = aLimit(harness);
      await harness.broker.place(order);
      await using other = await harness.reconnect();
      await known(other, order);
      await other.cancel(order, why(harness));
      const reports = await untilEnded(other, order);
      expect(reports.map(({ type }) => type)).toEqual(['accepted', 'cancelled']);
      expect(await other.openOrders([symbol])).toEqual([]);
    });

    test('a cancel of what is filled, or was never there, does nothing', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const order = anOrder(harness);
      const reports = await filled(harness, order);
      await broker.cancel(order, why(harness));
      expect(await known(broker, order)).toEqual(reports);
      const absent = anOrder(harness);
      await broker.cancel(absent, why(harness));
      await broker.refresh([absent]);
      expect(fillsIn((await broker.reportsOf(absent)) ?? [])).toEqual([]);
    });

    test('what was never placed can be given up for certain, and is refused from then on', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const order = anOrder(harness);
      await broker.abandon(order, why(harness));
      harness.passWindow();
      await eventually(async () => expect(await broker.abandon(order, why(harness))).toBe(true));
      expect(await broker.place(order)).toMatchObject({ status: 'rejected' });
      await harness.movePrice(terms.price);
      await broker.refresh([order]);
      expect(fillsIn((await broker.reportsOf(order)) ?? [])).toEqual([]);
      expect(await broker.openOrders([symbol])).toEqual([]);
    });

    test('what may still arrive cannot be given up', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const order = anOrder(harness);
      const isCertain = await broker.abandon(order, why(harness));
      expect(isCertain, 'at once only where placing an id again is one order').toBe(
        broker.placementWindowMs === 0,
      );
    });

    test('what was placed cannot be given up', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const order = aLimit(harness);
      await broker.place(order);
      expect(await broker.abandon(order, why(harness))).toBe(false);
      harness.passWindow();
      expect(await broker.abandon(order, why(harness)), 'however old it is').toBe(false);
      await harness.movePrice(lowerPrice);
      expect(filledQuantity(await untilEnded(broker, order))).toBe(received(quantity));
      expect(await broker.abandon(order, why(harness))).toBe(false);
    });
  });
}
