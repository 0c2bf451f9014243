import { ApiError } from './api-error.ts';
import type { ApiKey } from './access.ts';
import type { Ledger } from './ledger.ts';
import type { Commission, Matching } from './matching.ts';
import type { DoubleOrder } from './orders.ts';
import { readNewOrder, type Parameters } from './parameters.ts';
import type { SymbolRules } from './symbols.ts';

/** What endpoints work on. */
export interface Exchange {
  readonly symbols: ReadonlyMap<string, SymbolRules>;
  readonly ledger: Ledger;
  readonly matching: Matching;
  readonly keys: readonly ApiKey[];
  nowMs(): number;
  commission(): Commission;
  newId(): string;
}

export function rulesOf({ symbols }: Pick<Exchange, 'symbols'>, symbol: string): SymbolRules {
  const rules = symbols.get(symbol);
  if (!rules) throw new ApiError(-1121, 'Invalid symbol.');
  return rules;
}

/** The order that a request asks for, and the rules of its symbol. */
export function newOrder(exchange: Exchange, parameters: Parameters) {
  const read = readNewOrder(parameters, {
    newId: exchange.newId,
    priceOf: exchange.matching.priceOf,
    stepOf: (symbol) => rulesOf(exchange, symbol).stepSize,
  });
  parameters.end();
  return { ...read, rules: rulesOf(exchange, read.order.symbol) };
}

/** What queries can find by now. */
export function visible({ matching, nowMs }: Exchange): DoubleOrder[] {
  return matching.orders.filter(({ visibleAtMs }) => visibleAtMs <= nowMs());
}

/** By the venue's id or the client's; of several with the same client id the latest. */
export function namedOrder(
  exchange: Exchange,
  parameters: Parameters,
  fits: (order: DoubleOrder) => boolean = () => true,
  error = new ApiError(-2013, 'Order does not exist.'),
): DoubleOrder {
  const { symbol } = rulesOf(exchange, parameters.required('symbol'));
  const orderId = parameters.integer('orderId');
  const clientId = parameters.optional('origClientOrderId');
  parameters.end();
  if (orderId === undefined && clientId === undefined)
    throw new ApiError(
      -1102,
      "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
    );
  const found = visible(exchange).findLast(
    (order) =>
      order.symbol === symbol &&
      fits(order) &&
      (orderId === undefined || order.orderId === orderId) &&
      (clientId === undefined || order.clientOrderId === clientId),
  );
  if (!found) throw error;
  return found;
}

/** Which of many a request asks for. */
export function readPage(parameters: Parameters, idName: string) {
  const fromId = parameters.integer(idName);
  const start = parameters.integer('startTime');
  const finish = parameters.integer('endTime');
  const limit = parameters.integer('limit') ?? 500;
  parameters.end();
  if (start !== undefined && finish !== undefined && finish - start > 86_400_000)
    throw new ApiError(-1127, 'More than 24 hours between startTime and endTime.');
  if (limit > 1_000) throw new ApiError(-1130, "Data sent for parameter 'limit' is not valid.");
  return <T>(items: readonly T[], keyOf: (item: T) => { id: number; time: number }): T[] => {
    const fitting = items.filter((item) => {
      const { id, time } = keyOf(item);
      return id >= (fromId ?? 0) && time >= (start ?? 0) && time <= (finish ?? Infinity);
    });
    // Without a start the latest are meant, with one the first from there on.
    return fromId === undefined && start === undefined
      ? fitting.slice(-limit)
      : fitting.slice(0, limit);
  };
}

/** Of the symbol that is asked for, or of each. */
export function each(
  exchange: Exchange,
  parameters: Parameters,
  view: (rules: SymbolRules) => object,
): object {
  const symbol = parameters.optional('symbol');
  parameters.end();
  return symbol === undefined
    ? [...exchange.symbols.values()].map(view)
    : view(rulesOf(exchange, symbol));
}
