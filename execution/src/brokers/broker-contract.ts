import {
  Big,
  OrderId,
  PositiveDecimal,
  type ReasonCode,
  type SymbolName,
  type Venue,
} from '@heliograph/contracts';
import { eventually } from '@heliograph/contracts/testing';
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Abandonment, Broker, OrderReference, OrderRequest, Report } from './broker.ts';

/** A venue with an account that has money and no orders, and a broker on it. */
export interface BrokerHarness extends AsyncDisposable {
  readonly broker: Broker;
  /** Another connection to the same account, as a process that takes over has it. */
  reconnect(): Promise<Broker>;
  /** Others trade at that price, as much as anybody wants: whatever waits there is filled whole. */
  movePrice(price: string): Promise<void>;
  /** Others trade that much and no more. Absent where the venue cannot fill in parts. */
  trade?(price: string, quantity: string): Promise<void>;
  /** The venue does what it is asked next, and its answer is lost. */
  loseNextAnswer(): void;
  /** The venue's clock, epoch ms. */
  nowMs(): number;
}

/** What the venue of a suite is like. Decimals are text. */
export interface BrokerTerms {
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly currencies: { readonly base: string; readonly quote: string };
  /** What it trades at when it is opened, and a price that is well below. */
  readonly price: string;
  readonly lowerPrice: string;
  /** What one order is about, base units. It must be divisible by two. */
  readonly quantity: string;
  /** Orders that its rules forbid. */
  readonly forbidden: readonly {
    readonly name: string;
    readonly change: Partial<OrderRequest>;
    readonly reasons: readonly ReasonCode[];
  }[];
  open(): Promise<BrokerHarness>;
}

/** What every broker must do, whatever venue is behind it. */
export function testBroker(name: string, terms: BrokerTerms): void {
  const { lowerPrice, price, quantity, symbol } = terms;
  const half = new Big(quantity).div('2').toFixed();

  const anOrder = ({ nowMs }: BrokerHarness, change: Partial<OrderRequest> = {}): OrderRequest => ({
    id: OrderId.parse(randomUUID().replaceAll('-', '')),
    venue: terms.venue,
    symbol,
    side: 'buy',
    type: 'market',
    size: { kind: 'base', quantity: decimal(quantity) },
    timeInForce: 'GTC',
    reduceOnly: false,
    timeMs: nowMs(),
    ...change,
  });
  const aLimit = (harness: BrokerHarness, change: Partial<OrderRequest> = {}): OrderRequest =>
    anOrder(harness, { type: 'limit', limitPrice: lowerPrice, ...change });
  const filled = async (harness: BrokerHarness, order: OrderRequest): Promise<Report[]> => {
    await harness.broker.place(order);
    await harness.movePrice(order.limitPrice ?? price);
    return untilEnded(harness.broker, order);
  };

  describe.concurrent(`${name}: orders`, () => {
    test('a market order is accepted and filled whole', async () => {
      await using harness = await terms.open();
      const order = anOrder(harness);
      expect(await harness.broker.place(order)).toEqual({ status: 'taken' });
      await harness.movePrice(price);
      const reports = await untilEnded(harness.broker, order);
      expect(reports[0]).toMatchObject({ type: 'accepted', orderId: order.id });
      expect(filledQuantity(reports)).toBe(quantity);
      expect(reports.map(isComplete), 'the last fill says so').toEqual(
        reports.map((_, index) => index === reports.length - 1),
      );
    });

    test('a limit order waits for its price and gets none that is worse', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const order = aLimit(harness);
      expect(await broker.place(order)).toEqual({ status: 'taken' });
      await eventually(async () =>
        expect(await broker.openOrders([symbol])).toMatchObject([
          { clientOrderId: order.id, symbol, side: 'buy', quantity, filledQuantity: '0' },
        ]),
      );
      await harness.movePrice(lowerPrice);
      const reports = await untilEnded(broker, order);
      expect(filledQuantity(reports)).toBe(quantity);
      for (const fill of fillsIn(reports))
        expect(new Big(fill.price).lte(lowerPrice), `${fill.price} is no worse`).toBe(true);
      await eventually(async () => expect(await broker.openOrders([symbol])).toEqual([]));
    });

    test('an order is filled in parts as others trade', async ({ skip }) => {
      await using harness = await terms.open();
      if (!harness.trade) return skip('the venue fills whole');
      const { broker } = harness;
      const order = aLimit(harness);
      await broker.place(order);
      await harness.trade(lowerPrice, half);
      await eventually(async () => {
        const reports = await known(broker, order);
        expect(filledQuantity(reports)).toBe(half);
        expect(reports.some(isComplete)).toBe(false);
      });
      await harness.trade(lowerPrice, half);
      const reports = await untilEnded(broker, order);
      expect(filledQuantity(reports)).toBe(quantity);
      expect(new Set(fillsIn(reports).map(({ fillId }) => fillId)).size).toBe(2);
      return undefined;
    });

    test('placed twice it is one order', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const order = aLimit(harness);
      await broker.place(order);
      expect(await broker.place(order)).toEqual({ status: 'taken' });
      await eventually(async () => expect(await broker.openOrders([symbol])).toHaveLength(1));
      await harness.movePrice(lowerPrice);
      expect(filledQuantity(await untilEnded(broker, order))).toBe(quantity);
      expect(await broker.place(order)).toEqual({ status: 'taken' });
      await harness.movePrice(lowerPrice);
      expect(filledQuantity(await known(broker, order))).toBe(quantity);
    });

    test('whose answer was lost is found by its id', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const order = aLimit(harness);
      harness.loseNextAnswer();
      await expect(broker.place(order)).rejects.toBeInstanceOf(Error);
      expect((await known(broker, order))[0]).toMatchObject({ type: 'accepted' });
      expect(await broker.place(order), 'again is still one').toEqual({ status: 'taken' });
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

  describe.concurrent(`${name}: taking orders back`, () => {
    test('a cancelled order is filled no more', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const order = aLimit(harness);
      await broker.place(order);
      await broker.cancel(order, why(harness));
      const reports = await untilEnded(broker, order);
      expect(reports.map(({ type }) => type)).toEqual(['accepted', 'cancelled']);
      await harness.movePrice(lowerPrice);
      expect(await known(broker, order)).toEqual(reports);
      expect(await broker.openOrders([symbol])).toEqual([]);
    });

    test('a cancel takes back what is left and keeps what was filled', async ({ skip }) => {
      await using harness = await terms.open();
      if (!harness.trade) return skip('the venue fills whole');
      const { broker } = harness;
      const order = aLimit(harness);
      await broker.place(order);
      await harness.trade(lowerPrice, half);
      await eventually(async () => expect(filledQuantity(await known(broker, order))).toBe(half));
      await broker.cancel(order, why(harness));
      const reports = await untilEnded(broker, order);
      expect(reports.at(-1)).toMatchObject({ type: 'cancelled' });
      expect(filledQuantity(reports)).toBe(half);
      return undefined;
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

    test('what was never placed can be given up for certain', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const order = anOrder(harness);
      const longAgo = { ...order, timeMs: order.timeMs - broker.placementWindowMs - 1 };
      expect(await broker.abandon(longAgo, why(harness))).toBe(true);
      expect(await broker.openOrders([symbol])).toEqual([]);
    });

    test('what was placed cannot be given up', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const order = aLimit(harness);
      await broker.place(order);
      expect(await broker.abandon(order, why(harness))).toBe(false);
      await harness.movePrice(lowerPrice);
      expect(filledQuantity(await untilEnded(broker, order))).toBe(quantity);
      expect(await broker.abandon(order, why(harness))).toBe(false);
    });
  });

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

    test('balances are what the fills made of them', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      // Some venues name a currency only once it was traded.
      await filled(harness, anOrder(harness));
      const before = await totals(broker, terms.currencies);
      const fills = fillsIn(await filled(harness, anOrder(harness)));
      const paid = fills.reduce(
        (sum, fill) => sum.plus(new Big(fill.quantity).times(fill.price)).plus(fill.fee),
        new Big('0'),
      );
      await eventually(async () => {
        const after = await totals(broker, terms.currencies);
        expect(after.base.minus(before.base).toFixed()).toBe(filledQuantity(fills));
        expect(before.quote.minus(after.quote).toFixed()).toBe(paid.toFixed());
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

    test('it hints at what is new, until it is closed', async () => {
      await using harness = await terms.open();
      const { broker } = harness;
      const hints: string[] = [];
      const completed = Promise.withResolvers<void>();
      broker.changes$.subscribe({
        next: (hint) => hints.push(hint),
        error: completed.reject,
        complete: completed.resolve,
      });
      const order = anOrder(harness);
      await filled(harness, order);
      await eventually(() =>
        expect(hints.some((hint) => hint === order.id || hint === 'any')).toBe(true),
      );
      await broker[Symbol.asyncDispose]();
      await completed.promise;
    });
  });
}

type Fill = Extract<Report, { type: 'filled' }>;

function why(harness: BrokerHarness): Abandonment {
  return { timeMs: harness.nowMs(), reason: 'CANCEL_REQUESTED', detail: 'the test wants it' };
}

async function known(broker: Broker, order: OrderReference): Promise<readonly Report[]> {
  let reports: readonly Report[] | undefined;
  await eventually(async () => {
    await broker.refresh([order]);
    reports = await broker.reportsOf(order);
    expect(reports, 'the venue has the order').toBeDefined();
  });
  return reports ?? [];
}

async function untilEnded(broker: Broker, order: OrderReference): Promise<Report[]> {
  let reports: readonly Report[] = [];
  await eventually(async () => {
    reports = await known(broker, order);
    const last = reports.at(-1);
    const isOver = last?.type === 'cancelled' || last?.type === 'rejected' || isComplete(last);
    expect(isOver, `the order has ended: ${JSON.stringify(reports)}`).toBe(true);
  });
  return [...reports];
}

function fillsIn(reports: readonly Report[]): Fill[] {
  return reports.filter((report): report is Fill => report.type === 'filled');
}

function filledQuantity(reports: readonly Report[]): string {
  return fillsIn(reports)
    .reduce((sum, { quantity }) => sum.plus(quantity), new Big('0'))
    .toFixed();
}

function isComplete(report: Report | undefined): boolean {
  return report?.type === 'filled' && report.complete;
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

function decimal(text: string) {
  return PositiveDecimal.parse(text);
}
