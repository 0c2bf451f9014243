import { OrderId, PositiveDecimal, type PortfolioSettings } from '@heliograph/contracts';
import { aCandle, someSettings } from '@heliograph/contracts/testing';
import type { OrderRequest, Placement, Report } from '../brokers/broker.ts';
import { createPaperExchange, type PaperExchange } from './exchange.ts';

/** Settings of a paper account for tests: no costs and no rules but those that are named. */
export function paperSettings(change: object = {}): PortfolioSettings {
  return someSettings({
    cash: '100000',
    stake: { kind: 'all' },
    feeBps: '0',
    ...change,
  });
}

export type OrderChange = Partial<Omit<OrderRequest, 'id' | 'size' | 'protects'>> & {
  readonly id?: string;
  /** Base units. Default: 1. */
  readonly quantity?: string;
  /** Quote currency, in place of a quantity. */
  readonly notional?: string;
  readonly includesFee?: boolean;
  readonly protects?: string;
};

/** A market in one symbol, one minute after the other, and an account on it. */
export interface TestMarket {
  readonly exchange: PaperExchange;
  readonly reports: readonly Report[];
  /** The opening time of the next candle. */
  nowMs(): number;
  place(change: OrderChange): Placement;
  /** Open, high, low and close of the next minute, and its volume. */
  candle(prices: readonly [number, number, number, number], volume?: number): void;
  print(price: string, quantity: string, afterMs?: number): void;
  /** What happened to an order: `price x quantity`, and how it ended if it was not filled. */
  story(id: string): string[];
}

export function aMarket({
  settings = {},
  onReport = () => undefined,
}: {
  settings?: object;
  onReport?: (report: Report, market: TestMarket) => void;
} = {}): TestMarket {
  const reports: Report[] = [];
  let at = 0;
  const exchange = createPaperExchange({
    settings: paperSettings(settings),
    onReport(report) {
      reports.push(report);
      onReport(report, market);
    },
  });
  const nowMs = (): number => aCandle({ at }).openTime;
  const { venue, symbol } = aCandle();
  const market: TestMarket = {
    exchange,
    reports,
    nowMs,
    place: (change) => exchange.place(anOrder({ venue, symbol, timeMs: nowMs(), ...change })),
    candle([open, high, low, close], volume = 1_000) {
      exchange.onCandle(aCandle({ at: at++, open, high, low, close, volume }));
    },
    print: (price, quantity, afterMs = 0) =>
      exchange.onPrint({ venue, symbol, price, quantity, timeMs: nowMs() + afterMs }),
    story: (id) => reports.filter(({ orderId }) => orderId === id).flatMap(told),
  };
  return market;
}

type Named = Pick<OrderRequest, 'venue' | 'symbol' | 'timeMs'>;

export function anOrder(change: OrderChange & Named): OrderRequest {
  const { id = 'a', quantity = '1', notional, includesFee = false, protects, ...rest } = change;
  return {
    side: 'buy',
    type: 'market',
    timeInForce: 'GTC',
    reduceOnly: false,
    ...rest,
    id: OrderId.parse(id),
    size:
      notional === undefined
        ? { kind: 'base', quantity: PositiveDecimal.parse(quantity) }
        : { kind: 'quote', notional: PositiveDecimal.parse(notional), includesFee },
    ...(protects !== undefined && { protects: OrderId.parse(protects) }),
  };
}

function told(report: Report): string[] {
  switch (report.type) {
    case 'accepted':
      return [];
    case 'filled': {
      const { quantity, price, liquidity, complete } = report;
      return [`${quantity} at ${price} as ${liquidity}${complete ? '' : ', more to come'}`];
    }
    case 'rejected':
    case 'cancelled':
      return [`${report.type} ${report.reason}`];
  }
}
