import { Big, TransientError } from '@heliograph/contracts';
import { eventually } from '@heliograph/contracts/testing';
import { firstValueFrom } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Broker } from '../broker.ts';
import {
  base,
  createOrders,
  filledQuantity,
  fillsIn,
  known,
  part,
  untilEnded,
  valueOf,
  why,
  type BrokerTerms,
} from './harness.ts';

/** What it tells is true, the same for everybody, and an error where it is not known. */
export function testTelling(name: string, terms: BrokerTerms): void {
  const { lowerPrice, price, quantity, symbol } = terms;
  const { aLimit, anOrder, filled, half, received } = createOrders(terms);

  describe.concurrent(`${name}: what it tells`, () => {
    test('reports do not change, whoever asks and however often', async () => {
      await using harness = await terms.open();
      const order = anOrder(harness);
      const reports = await filled(harness, order);
      expect(await known(harness.broker, order)).toEqual(reports);
      await using other = await harness.reconnect();
      expect(fillsIn(await known(other, order))).toEqual(fillsIn(reports));
    });

    test('reports are in the order in which things happened, over all orders', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const later = aLimit(harness);
      await broker.place(later);
      const first = fillsIn(await filled(harness, anOrder(harness)));
      await harness.movePrice(lowerPrice);
      const second = fillsIn(await untilEnded(broker, later));
      const sequences = [...first, ...second].map(({ sequence }) => sequence);
      expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
      expect(new Set(sequences).size).toBe(sequences.length);
    });

    test('balances are what the fills made of them, a fee in base units included', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      // Some venues name a currency only once it was traded.
      await filled(harness, anOrder(harness));
      const start = await totals(broker, terms.currencies);
      const bought = fillsIn(await filled(harness, anOrder(harness)));
      expect(filledQuantity(bought)).toBe(received(quantity));
      const paid = valueOf(bought);
      expect(paid.fees.toFixed()).toBe(part(part(quantity, price), terms.fee.ratio));
      await eventually(async () => {
        const after = await totals(broker, terms.currencies);
        expect(after.base.minus(start.base).toFixed()).toBe(filledQuantity(bought));
        expect(start.quote.minus(after.quote).toFixed()).toBe(paid.net.plus(paid.fees).toFixed());
      });
      const middle = await totals(broker, terms.currencies);
      const sale = anOrder(harness, { side: 'sell', size: base(half), reduceOnly: true });
      const sold = fillsIn(await filled(harness, sale));
      const got = valueOf(sold);
      expect(got.fees.toFixed()).toBe(part(part(half, price), terms.fee.ratio));
      await eventually(async () => {
        const after = await totals(broker, terms.currencies);
        expect(middle.base.minus(after.base).toFixed()).toBe(filledQuantity(sold));
        expect(after.quote.minus(middle.quote).toFixed()).toBe(got.net.minus(got.fees).toFixed());
      });
    });

    test('instruments, positions and the clock can be asked for', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const [instrument] = await broker.instruments([symbol]);
      expect(instrument).toMatchObject({ symbol, status: 'trading' });
      expect(new Big(quantity).mod(instrument?.lotSize ?? '0').toFixed()).toBe('0');
      expect(Number.isFinite(await broker.clockOffsetMs())).toBe(true);
      expect((await broker.positions()) ?? []).toEqual([]);
      expect(broker.orderTypes).toEqual(expect.arrayContaining(['market', 'limit']));
    });

    test('nothing is said to be empty or certain when nobody answers', async ({ skip }) => {
      await using harness = await terms.open();
      if (!harness.goAway) return skip('venue and broker are one');
      const { broker } = harness;
      const order = aLimit(harness);
      await broker.place(order);
      await harness.goAway();
      const noAnswer = { name: 'TransientError' };
      await expect(broker.openOrders([symbol])).rejects.toMatchObject(noAnswer);
      await expect(broker.balances()).rejects.toMatchObject(noAnswer);
      await expect(broker.cancel(order, why(harness))).rejects.toMatchObject(noAnswer);
      const absent = anOrder(harness);
      await expect(broker.refresh([absent])).rejects.toMatchObject(noAnswer);
      const placement = await broker.place(absent).catch((error: unknown) => error);
      expect(placement).toSatisfy(
        (it) => it instanceof TransientError || isNotTaken(it),
        'neither taken nor refused for good',
      );
      harness.passWindow();
      await expect(broker.abandon(absent, why(harness))).rejects.toMatchObject(noAnswer);
      return undefined;
    });

    test('each fill makes a hint, until it is closed', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const hints: string[] = [];
      const completed = Promise.withResolvers<void>();
      broker.changes$.subscribe({
        next: (hint) => hints.push(hint),
        error: completed.reject,
        complete: completed.resolve,
      });
      await harness.isFollowed?.();
      const order = aLimit(harness);
      const isHinted = () =>
        eventually(() =>
          expect(hints.some((hint) => hint === order.id || hint === 'any')).toBe(true),
        );
      await broker.place(order);
      await isHinted();
      for (const _ of [1, 2]) {
        hints.length = 0;
        await harness.trade(lowerPrice, half);
        await isHinted();
      }
      await untilEnded(broker, order);
      await broker[Symbol.asyncDispose]();
      await completed.promise;
    });

    test('it can be closed twice, and tells nothing more to whoever listens then', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      await broker[Symbol.asyncDispose]();
      await broker[Symbol.asyncDispose]();
      expect(await firstValueFrom(broker.changes$, { defaultValue: 'closed' })).toBe('closed');
    });
  });
}

function isNotTaken(placement: unknown): boolean {
  return (
    typeof placement === 'object' &&
    placement !== null &&
    'status' in placement &&
    placement.status === 'not_taken'
  );
}

async function totals(
  broker: Broker,
  currencies: BrokerTerms['currencies'],
): Promise<{ base: Big; quote: Big }> {
  const balances = await broker.balances();
  const totalOf = (currency: string): Big =>
    new Big(balances.find((balance) => balance.currency === currency)?.total ?? '0');
  return { base: totalOf(currencies.base), quote: totalOf(currencies.quote) };
}
