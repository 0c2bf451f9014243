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
import { expect } from 'vitest';
import type { Abandonment, Broker, OrderReference, OrderRequest, Report } from '../broker.ts';

/** A venue with an account that has money and no orders, and a broker on it. */
export interface BrokerHarness extends AsyncDisposable {
  readonly broker: Broker;
  /** Another connection to the same account, as a process that takes over has it. */
  reconnect(): Promise<Broker>;
  /** Others trade at that price, as much as anybody wants: whatever waits there is filled whole. */
  movePrice(price: string): Promise<void>;
  /** Others trade that much and no more: what waits there is filled in parts. */
  trade(price: string, quantity: string): Promise<void>;
  /** Whoever takes next finds that much and no more. */
  makeThin(quantity: string): void;
  /** The venue does what it is asked next, and its answer is lost. */
  loseNextAnswer(): void;
  /** Nobody answers any more. Absent where venue and broker are one. */
  goAway?(): Promise<void>;
  /** Resolves once whoever subscribed to `changes$` is told what happens. Absent where that is at once. */
  isFollowed?(): Promise<void>;
  /** So much time passes that nothing which was sent before can arrive any more. */
  passWindow(): void;
  /** The venue's clock, epoch ms. */
  nowMs(): number;
}

/** What the venue of a suite is like. Decimals are text. */
export interface BrokerTerms {
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly currencies: { readonly base: string; readonly quote: string };
  /** What it trades at when it is opened, and a price that is at least 6% below. */
  readonly price: string;
  readonly lowerPrice: string;
  /** What one order is about, base units. A quarter of it must be whole lots. */
  readonly quantity: string;
  /** What part of each trade it charges, and in what it takes that from a buy. */
  readonly fee: { readonly ratio: string; readonly ofBuys: 'base' | 'quote' };
  /** Orders that its rules forbid. */
  readonly forbidden: readonly {
    readonly name: string;
    readonly change: Partial<OrderRequest>;
    readonly reasons: readonly ReasonCode[];
  }[];
  open(): Promise<BrokerHarness>;
}

export const taken = { status: 'taken' } as const;

/** The orders of a suite. */
export function createOrders(terms: BrokerTerms) {
  const { lowerPrice, price, quantity, symbol, venue } = terms;
  const anOrder = (
    { nowMs }: Pick<BrokerHarness, 'nowMs'>,
    change: Partial<OrderRequest> = {},
  ): OrderRequest => ({
    id: OrderId.parse(randomUUID().replaceAll('-', '')),
    venue,
    symbol,
    side: 'buy',
    type: 'market',
    size: base(quantity),
    timeInForce: 'GTC',
    reduceOnly: false,
    timeMs: nowMs(),
    ...change,
  });
  return {
    half: part(quantity, '0.5'),
    anOrder,
    aLimit: (harness: BrokerHarness, change: Partial<OrderRequest> = {}): OrderRequest =>
      anOrder(harness, { type: 'limit', limitPrice: lowerPrice, ...change }),
    /** Places an order and lets others trade at its price until it has ended. */
    async filled(harness: BrokerHarness, order: OrderRequest): Promise<Report[]> {
      await harness.broker.place(order);
      await harness.movePrice(order.limitPrice ?? price);
      return untilEnded(harness.broker, order);
    },
    /** What arrives of a buy. */
    received: (bought: string): string =>
      terms.fee.ofBuys === 'base'
        ? new Big(bought).minus(part(bought, terms.fee.ratio)).toFixed()
        : bought,
  };
}

export function base(quantity: string): OrderRequest['size'] {
  return { kind: 'base', quantity: PositiveDecimal.parse(quantity) };
}

export function part(quantity: string, ratio: string): string {
  return new Big(quantity).times(ratio).toFixed();
}

export function why(harness: BrokerHarness): Abandonment {
  return { timeMs: harness.nowMs(), reason: 'SUPERSEDED', detail: 'the test wants it' };
}

export async function known(broker: Broker, order: OrderReference): Promise<readonly Report[]> {
  let reports: readonly Report[] | undefined;
  await eventually(async () => {
    await broker.refresh([order]);
    reports = await broker.reportsOf(order);
    expect(reports, 'the venue has the order').toBeDefined();
  });
  return reports ?? [];
}

export async function untilEnded(broker: Broker, order: OrderReference): Promise<Report[]> {
  let reports: readonly Report[] = [];
  await eventually(async () => {
    reports = await known(broker, order);
    const last = reports.at(-1);
    const isOver = last?.type === 'cancelled' || last?.type === 'rejected' || isComplete(last);
    expect(isOver, `the order has ended: ${JSON.stringify(reports)}`).toBe(true);
  });
  return [...reports];
}

export type Fill = Extract<Report, { type: 'filled' }>;

export function fillsIn(reports: readonly Report[]): Fill[] {
  return reports.filter((report): report is Fill => report.type === 'filled');
}

export function filledQuantity(reports: readonly Report[]): string {
  return sum(fillsIn(reports).map(({ quantity }) => new Big(quantity))).toFixed();
}

/** What was paid or got for the fills before fees, and their fees; quote currency. */
export function valueOf(fills: readonly Fill[]): { net: Big; fees: Big } {
  return {
    net: sum(fills.map(({ quantity, price }) => new Big(quantity).times(price))),
    fees: sum(fills.map(({ fee }) => new Big(fee))),
  };
}

export function isComplete(report: Report | undefined): boolean {
  return report?.type === 'filled' && report.complete;
}

function sum(numbers: readonly Big[]): Big {
  return numbers.reduce((total, number) => total.plus(number), new Big('0'));
}
