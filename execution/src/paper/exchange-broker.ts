import type { OrderId, PortfolioSettings } from '@heliograph/contracts';
import { Subject } from 'rxjs';
import type { Broker } from '../brokers/broker.ts';
import { isKnown } from './book.ts';
import { createPaperExchange, type PaperExchange } from './exchange.ts';
import { paperOrderTypes, paperTimesInForce } from './order-types.ts';
import { balancesOf, instrumentsOf, openOrdersOf, positionsOf } from './statement.ts';

/** A paper exchange in this process as the broker that it is to whoever trades on it; the tape goes to `exchange`. */
export interface ExchangeBroker extends Broker {
  readonly exchange: PaperExchange;
}

export function createExchangeBroker(settings: PortfolioSettings): ExchangeBroker {
  const changes = new Subject<OrderId | 'any'>();
  const exchange = createPaperExchange({
    settings,
    onReport: ({ orderId }) => changes.next(orderId),
  });
  const { book } = exchange;
  return {
    exchange,
    orderTypes: paperOrderTypes,
    timesInForce: paperTimesInForce,
    restsReduceOnly: true,
    placementWindowMs: 0,
    changes$: changes.asObservable(),
    place: async (order) => exchange.place(order),
    cancel: async ({ id }, why) => exchange.cancel(id, why),
    abandon: async ({ id }, why) => exchange.abandon(id, why),
    refresh: async () => undefined,
    reportsOf: async ({ id }) => (isKnown(book, id) ? book.reports.get(id) : undefined),
    openOrders: async (symbols) => openOrdersOf(book, symbols),
    balances: async () => balancesOf(book),
    positions: async () => positionsOf(book),
    instruments: async (symbols) => instrumentsOf(book, symbols),
    clockOffsetMs: async () => 0,
    async [Symbol.asyncDispose]() {
      changes.complete();
    },
  };
}
