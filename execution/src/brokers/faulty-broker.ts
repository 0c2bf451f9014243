import { TransientError, type ReasonCode } from '@heliograph/contracts';
import { concatMap, filter, first, firstValueFrom, merge, of, Subject, timeout } from 'rxjs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker, OrderReference, OrderRequest, Placement } from './broker.ts';

export type BrokerOperation = Exclude<
  keyof Broker,
  | 'orderTypes'
  | 'timesInForce'
  | 'restsReduceOnly'
  | 'placementWindowMs'
  | 'isForgotten'
  | 'changes$'
  | symbol
>;

/** What goes wrong with one call. */
export type Fault =
  /** It never reaches the venue, and throws. */
  | { readonly kind: 'lost_request' }
  /** It is done, and throws. */
  | { readonly kind: 'lost_answer' }
  | { readonly kind: 'late_answer'; readonly delayMs: number }
  /** Of `place`: a definite no. */
  | { readonly kind: 'rejected'; readonly reason: ReasonCode }
  /** It throws as for a 5xx; nobody can tell whether it was done. */
  | { readonly kind: 'server_error'; readonly done: boolean }
  /** Not done: `place` answers `not_taken`, everything else throws. */
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number }
  /** Of `reportsOf`: each report comes twice. */
  | { readonly kind: 'duplicate_reports' }
  /** Of `place`: the answer comes once a fill was reported, or after that long. */
  | { readonly kind: 'fill_before_answer'; readonly withinMs: number }
  /** Of `reportsOf`: the venue does not find yet what it has. */
  | { readonly kind: 'not_found_yet' }
  /** It never answers; whether it was done nobody can tell. */
  | { readonly kind: 'hang'; readonly done: boolean };

interface BrokerCall {
  readonly operation: BrokerOperation;
  readonly orderId: string | undefined;
  /** Counts the calls of this operation, from 1. */
  readonly count: number;
  readonly fault: Fault | undefined;
}

/** Says what goes wrong with a call, if anything. */
export type FaultPlan = (call: Omit<BrokerCall, 'fault'>) => Fault | undefined;

export interface FaultyBroker extends Broker {
  /** Every call so far, in order. */
  readonly calls: readonly BrokerCall[];
}

/** A broker between which and its venue things go wrong as planned, for tests. */
export function createFaultyBroker(broker: Broker, plan: FaultPlan): FaultyBroker {
  const calls: BrokerCall[] = [];
  const counts = new Map<BrokerOperation, number>();
  const hints = new Subject<OrderRequest['id'] | 'any'>();

  const next = (operation: BrokerOperation, order?: OrderReference): Fault | undefined => {
    const count = (counts.get(operation) ?? 0) + 1;
    counts.set(operation, count);
    const call = { operation, orderId: order?.id, count };
    const fault = plan(call);
    calls.push({ ...call, fault });
    return fault;
  };
  const placeAfterFill = async (order: OrderRequest, withinMs: number): Promise<Placement> => {
    const isFilled = async (): Promise<boolean> =>
      (await broker.reportsOf(order))?.some(({ type }) => type === 'filled') ?? false;
    const filled = firstValueFrom(
      broker.changes$.pipe(
        filter((hint) => hint === order.id || hint === 'any'),
        concatMap(isFilled),
        first((is) => is),
        timeout({ first: withinMs, with: () => of(false) }),
      ),
    );
    const placement = await broker.place(order);
    hints.next(order.id);
    if (placement.status === 'taken') await filled;
    return placement;
  };

  return {
    get calls() {
      return calls;
    },
    orderTypes: broker.orderTypes,
    timesInForce: broker.timesInForce,
    restsReduceOnly: broker.restsReduceOnly,
    placementWindowMs: broker.placementWindowMs,
    isForgotten: (order) => broker.isForgotten?.(order) ?? false,
    changes$: merge(broker.changes$, hints),
    async place(order) {
      const fault = next('place', order);
      if (fault?.kind === 'rejected')
        return { status: 'rejected', reason: fault.reason, detail: 'as planned' };
      if (fault?.kind === 'rate_limited')
        return {
          status: 'not_taken',
          detail: 'too many requests',
          retryAfterMs: fault.retryAfterMs,
        };
      if (fault?.kind === 'fill_before_answer') return placeAfterFill(order, fault.withinMs);
      return call(fault, () => broker.place(order));
    },
    cancel: (order, why) => call(next('cancel', order), () => broker.cancel(order, why)),
    abandon: (order, why) => call(next('abandon', order), () => broker.abandon(order, why)),
    refresh: (orders) => call(next('refresh', orders[0]), () => broker.refresh(orders)),
    async reportsOf(order) {
      const fault = next('reportsOf', order);
      if (fault?.kind === 'not_found_yet') return undefined;
      const reports = await call(fault, () => broker.reportsOf(order));
      return fault?.kind === 'duplicate_reports'
        ? reports?.flatMap((report) => [report, report])
        : reports;
    },
    openOrders: (symbols) => call(next('openOrders'), () => broker.openOrders(symbols)),
    balances: () => call(next('balances'), () => broker.balances()),
    positions: () => call(next('positions'), () => broker.positions()),
    instruments: (symbols) => call(next('instruments'), () => broker.instruments(symbols)),
    clockOffsetMs: () => call(next('clockOffsetMs'), () => broker.clockOffsetMs()),
    async [Symbol.asyncDispose]() {
      hints.complete();
      await broker[Symbol.asyncDispose]();
    },
  };
}

/** The faults of an operation one after the other, `undefined` for none; nothing goes wrong after the last. */
export function scriptedFaults(
  script: Partial<Record<BrokerOperation, readonly (Fault | undefined)[]>>,
): FaultPlan {
  return ({ operation, count }) => script[operation]?.[count - 1];
}

/** Faults by chance, the same for the same seed and calls. */
export function seededFaults({
  seed,
  ratio,
  faults,
}: {
  seed: number;
  /** How many of the calls go wrong, 0..1. */
  ratio: number;
  faults: Partial<Record<BrokerOperation, readonly Fault[]>>;
}): FaultPlan {
  let state = seed;
  const random = (): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
  return ({ operation }) => {
    const possible = faults[operation] ?? [];
    const goesWrong = random() < ratio;
    const chosen = possible[Math.floor(random() * possible.length)];
    return goesWrong ? chosen : undefined;
  };
}

async function call<T>(fault: Fault | undefined, work: () => Promise<T>): Promise<T> {
  switch (fault?.kind) {
    case 'lost_request':
      throw failure('TIMEOUT', 'the request was lost');
    case 'rate_limited':
      throw failure('RATE_LIMITED', `too many requests, again in ${fault.retryAfterMs} ms`);
    case 'lost_answer':
      await work();
      throw failure('TIMEOUT', 'the answer was lost');
    case 'server_error':
      if (fault.done) await work();
      throw failure('SERVER_ERROR', '503 from the venue');
    case 'hang':
      if (fault.done) await work();
      return new Promise<never>(() => undefined);
    case 'late_answer': {
      const answer = await work();
      await sleep(fault.delayMs);
      return answer;
    }
    case 'rejected':
    case 'duplicate_reports':
    case 'fill_before_answer':
    case 'not_found_yet':
    case undefined:
      return work();
  }
}

function failure(code: string, detail: string): TransientError {
  return new TransientError(code, detail);
}
