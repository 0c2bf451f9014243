import { Big } from '@heliograph/contracts';
import { ApiError } from './api-error.ts';
import { orderTypes, type DoubleOrderType, type NewOrder } from './orders.ts';

/** The parameters of one request, each of which must be read: one that nobody asks for is refused, as Binance does. */
export interface Parameters {
  optional(name: string): string | undefined;
  required(name: string): string;
  integer(name: string): number | undefined;
  decimal(name: string): Big | undefined;
  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined;
  /** @throws ApiError when something was sent that was not read */
  end(): void;
}

export function createParameters(query: URLSearchParams): Parameters {
  const read = new Set<string>();
  const names = [...query.keys()];
  if (new Set(names).size < names.length)
    throw new ApiError(-1101, 'Duplicate values for a parameter detected.');
  const optional = (name: string): string | undefined => {
    read.add(name);
    const value = query.get(name) ?? undefined;
    if (value === '') throw new ApiError(-1105, `Parameter '${name}' was empty.`);
    return value;
  };
  const matching = (name: string, pattern: RegExp): string | undefined => {
    const value = optional(name);
    if (value === undefined || pattern.test(value)) return value;
    throw new ApiError(
      -1100,
      `Illegal characters found in parameter '${name}'; legal range is '${pattern.source}'.`,
    );
  };
  return {
    optional,
    required(name) {
      const value = optional(name);
      if (value === undefined) throw missing(name);
      return value;
    },
    integer(name) {
      const value = matching(name, /^[0-9]{1,20}$/);
      return value === undefined ? undefined : Number(value);
    },
    decimal(name) {
      const value = matching(name, /^([0-9]{1,20})(\.[0-9]{1,20})?$/);
      if (value === undefined) return undefined;
      if ((value.split('.')[1] ?? '').replace(/0+$/, '').length > 8)
        throw new ApiError(-1111, `Parameter '${name}' has too much precision.`);
      return new Big(value);
    },
    oneOf(name, values) {
      const value = optional(name);
      const known = values.find((each) => each === value);
      if (value !== undefined && known === undefined)
        throw new ApiError(
          ...(invalid[name] ?? [-1130, `Data sent for parameter '${name}' is not valid.`]),
        );
      return known;
    },
    end() {
      const unread = names.filter((name) => !read.has(name));
      if (unread.length === 0) return;
      throw new ApiError(
        -1104,
        `Not all sent parameters were read; read '${names.length - unread.length}' parameter(s) but was sent '${names.length}'.`,
      );
    },
  };
}

const invalid: Readonly<Record<string, [number, string]>> = {
  side: [-1117, 'Invalid side.'],
  type: [-1116, 'Invalid orderType.'],
  timeInForce: [-1115, 'Invalid timeInForce.'],
};

function missing(name: string): ApiError {
  return new ApiError(
    -1102,
    `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`,
  );
}

/** Which of price, stop price and time in force an order type must have; the others it must not have. */
const needs: Readonly<Record<DoubleOrderType, readonly string[]>> = {
  MARKET: [],
  LIMIT: ['price', 'timeInForce'],
  LIMIT_MAKER: ['price'],
  STOP_LOSS: ['stopPrice'],
  STOP_LOSS_LIMIT: ['price', 'stopPrice', 'timeInForce'],
};

/** A new order, and how long the answer is to be. */
export function readNewOrder(
  parameters: Parameters,
  {
    newId,
    priceOf,
    stepOf,
  }: { newId: () => string; priceOf: (symbol: string) => Big; stepOf: (symbol: string) => string },
): { order: NewOrder; answer: 'ACK' | 'RESULT' | 'FULL' } {
  const symbol = parameters.required('symbol');
  const side = parameters.oneOf('side', ['BUY', 'SELL'] as const) ?? fail('side');
  const type = parameters.oneOf('type', orderTypes) ?? fail('type');
  const clientOrderId = parameters.optional('newClientOrderId') ?? newId();
  if (!/^[.A-Z:/a-z0-9_-]{1,36}$/.test(clientOrderId))
    throw new ApiError(
      -1100,
      "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[\\.A-Z\\:/a-z0-9_-]{1,36}$'.",
    );
  const given = {
    price: parameters.decimal('price'),
    stopPrice: parameters.decimal('stopPrice'),
    timeInForce: parameters.oneOf('timeInForce', ['GTC', 'IOC', 'FOK'] as const),
  };
  for (const [name, value] of Object.entries(given)) {
    const needed = needs[type].includes(name);
    if (needed && value === undefined) throw missing(name);
    if (!needed && value !== undefined)
      throw new ApiError(-1106, `Parameter '${name}' sent when not required.`);
  }
  parameters.oneOf('selfTradePreventionMode', [
    'NONE',
    'EXPIRE_MAKER',
    'EXPIRE_TAKER',
    'EXPIRE_BOTH',
  ]);
  const answer =
    parameters.oneOf('newOrderRespType', ['ACK', 'RESULT', 'FULL'] as const) ??
    (type === 'MARKET' || type === 'LIMIT' ? 'FULL' : 'ACK');
  return {
    answer,
    order: {
      clientOrderId,
      symbol,
      side,
      type,
      timeInForce: given.timeInForce ?? 'GTC',
      ...(given.price && { price: given.price }),
      ...(given.stopPrice && { stopPrice: given.stopPrice }),
      quantity: quantityOf(),
    },
  };

  function quantityOf(): Big {
    const quantity = parameters.decimal('quantity');
    const spend = type === 'MARKET' ? parameters.decimal('quoteOrderQty') : undefined;
    if (quantity && spend) throw new ApiError(-1128, 'Combination of optional parameters invalid.');
    if (spend)
      return spend
        .div(priceOf(symbol).times(stepOf(symbol)))
        .round(0)
        .times(stepOf(symbol));
    return quantity ?? fail('quantity');
  }
}

function fail(name: string): never {
  throw missing(name);
}
