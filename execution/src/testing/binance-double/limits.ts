import { ApiError } from './api-error.ts';

export interface Limits {
  readonly weightPerMinute: number;
  readonly ordersPer10Seconds: number;
}

/** Counts what one address uses, as the venue does: weight for each request, and orders on their own. */
export function createLimiter(limits: () => Limits, nowMs: () => number) {
  const weight = createCounter(60_000, nowMs);
  const orders = createCounter(10_000, nowMs);
  return {
    /** @throws ApiError with status 429 */
    count(cost: number, placesOrder: boolean): Record<string, string> {
      const { weightPerMinute, ordersPer10Seconds } = limits();
      if (weight.add(cost) > weightPerMinute)
        throw tooMany(
          -1003,
          `Too much request weight used; current limit is ${weightPerMinute} request weight per 1 MINUTE.`,
          weight.leftMs(),
        );
      if (placesOrder && orders.add(1) > ordersPer10Seconds)
        throw tooMany(
          -1015,
          `Too many new orders; current limit is ${ordersPer10Seconds} orders per 10 SECOND.`,
          orders.leftMs(),
        );
      return {
        'X-MBX-USED-WEIGHT': String(weight.used()),
        'X-MBX-USED-WEIGHT-1M': String(weight.used()),
        ...(placesOrder && { 'X-MBX-ORDER-COUNT-10S': String(orders.used()) }),
      };
    },
  };
}

function createCounter(windowMs: number, nowMs: () => number) {
  let window = 0;
  let used = 0;
  return {
    used: () => used,
    leftMs: () => windowMs - (nowMs() % windowMs),
    add(cost: number): number {
      const current = Math.floor(nowMs() / windowMs);
      if (current !== window) used = 0;
      window = current;
      used += cost;
      return used;
    },
  };
}

function tooMany(code: number, message: string, leftMs: number): ApiError {
  return new ApiError(code, message, 429, { 'Retry-After': String(Math.ceil(leftMs / 1_000)) });
}
