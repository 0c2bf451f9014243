import {
  deterministicId,
  OrderId,
  PortfolioSettings,
  SymbolName,
  toTime,
  Venue,
  type Protection,
} from '@heliograph/contracts';
import { someSettings } from '@heliograph/contracts/testing';
import type { Report } from '../brokers/broker.ts';
import { open } from '../decision/decide.ts';
import { draft, type Draft } from '../decision/state/draft.ts';
import { evolve } from '../decision/state/evolve.ts';
import { emptyPortfolio, type PortfolioState } from '../decision/state/portfolio.ts';
import { settle } from '../decision/settle.ts';

const start = Date.UTC(2026, 0, 5);

export const binance = Venue.parse('binance');
export const btc = SymbolName.parse('BTC/USDT');

/** A portfolio that is brought along by orders and reports, and tells what it journalled. */
export interface PortfolioUnderTest {
  readonly state: PortfolioState;
  readonly events: readonly Draft[];
  journal(events: readonly Draft[]): void;
  /** Intends an order as a signal of `id` would have made it; gives its client order id. */
  intend(order?: IntendedOrder): OrderId;
  report(report: ReportOf): void;
  /** Reports a fill that takes from the market without a fee: the last one of its order, at 100, where nothing else is said. */
  fill(orderId: OrderId, quantity: string, change?: { price?: string; complete?: boolean }): void;
}

interface IntendedOrder {
  readonly id?: string;
  readonly symbol?: SymbolName;
  readonly side?: 'buy' | 'sell';
  readonly quantity?: string;
  readonly reduceOnly?: boolean;
  readonly protection?: Protection;
  readonly atMs?: number;
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type ReportOf = DistributiveOmit<Report, 'sequence' | 'timeMs'> & { readonly timeMs?: number };

export function aPortfolio({
  name = 'paper',
  tape = 'live',
  settings = someSettings(),
  mode = 'paper',
}: {
  name?: string;
  tape?: string;
  settings?: PortfolioSettings;
  mode?: 'paper' | 'live';
} = {}): PortfolioUnderTest {
  let state = emptyPortfolio(name);
  const events: Draft[] = [];
  let sequence = 0;
  const journal = (more: readonly Draft[]): void => {
    for (const event of more) {
      state = evolve(state, event);
      events.push(event);
    }
  };
  const report = (told: ReportOf): void =>
    journal(settle(state, { timeMs: start, ...told, sequence: ++sequence }));
  journal([open(name, { mode, settings }, { tape, currency: 'USDT', timeMs: start })]);
  return {
    get state() {
      return state;
    },
    events,
    journal,
    intend(order = {}) {
      const { id = 'signal', symbol = btc, side = 'buy', quantity = '1', atMs = start } = order;
      const signalId = deterministicId('test', id);
      const orderId = OrderId.parse(`h${deterministicId('test order', name, id)}`);
      const reduceOnly = order.reduceOnly ?? side === 'sell';
      const context = { portfolio: name, key: orderId, timeMs: atMs, subject: symbol };
      journal([
        draft(
          'order_intended',
          { ...context, correlationId: signalId, causationId: signalId },
          {
            signalId,
            strategy: 'sma-cross',
            venue: binance,
            symbol,
            intent: reduceOnly ? 'exit' : 'enter',
            side,
            orderId,
            orderType: 'market',
            size: { kind: 'base', quantity: decimal(quantity) },
            role: reduceOnly ? 'exit' : 'entry',
            ...(order.protection && { protection: order.protection }),
            reduceOnly,
            expiryTime: toTime(atMs + 60_000),
            referencePrice: decimal('100'),
            reasons: [],
          },
        ),
      ]);
      return orderId;
    },
    report,
    fill(orderId, quantity, { price = '100', complete = true } = {}) {
      const fillId = String(sequence + 1);
      const fill = { type: 'filled', fillId, quantity, price, complete } as const;
      report({ ...fill, orderId, fee: '0', liquidity: 'taker' });
    },
  };
}

function decimal(text: string) {
  return PortfolioSettings.shape.cash.parse(text);
}
