import {
  OrderId,
  TransientError,
  type Candle,
  type PortfolioSettings,
  type SymbolName,
} from '@heliograph/contracts';
import { Subject } from 'rxjs';
import type {
  Abandonment,
  Balance,
  Broker,
  OrderRequest,
  Placement,
  Report,
} from '../brokers/broker.ts';
import { createUnderWay } from '../brokers/ccxt/under-way.ts';
import { systemClock } from '../clock.ts';
import { assetOf } from '../decision/state/portfolio.ts';
import { createExchangeBroker } from '../paper/exchange-broker.ts';

/** How long an order is missed before it is forgotten. */
const forgottenAfterMs = 15_000;

/** An order that the venue has taken. */
interface TakenOrder {
  /** The client's id; the venue has one of its own. */
  readonly id: OrderId;
  readonly venueId: OrderId;
  readonly request: OrderRequest;
  readonly takenMs: number;
}

export interface StrictVenueOptions {
  readonly settings: PortfolioSettings;
  /** How long after it was decided an order is taken. */
  readonly windowMs: number;
  /** How long after it was taken an order may still not be found. */
  readonly settleMs: number;
  readonly orderTypes: Broker['orderTypes'];
  readonly restsReduceOnly: boolean;
  /** How far its clock is ahead of everybody else's. */
  readonly aheadMs?: number;
  /** From that time on it is understood to take no larger orders, which is not so. */
  readonly maximum?:
    | { readonly fromMs: number; readonly quantityOf: (symbol: SymbolName) => string }
    | undefined;
  /** How many of the market orders to leave it takes and knows nothing of ever after, 0..1. */
  readonly forgetRatio?: number;
  /** From 0 to below 1: decides what is slow, and what is lost. */
  readonly random: () => number;
}

/**
 * A venue as exchanges are, for the time of a test: it outlives those who trade on it, refuses what comes too late, takes
 * an id again as another order once the first has ended, finds orders late, forgets some, and cancels in its own time. Its
 * clock is `Date.now`.
 */
export interface StrictVenue {
  /** A connection of its own for each who trades here. */
  connect(): Broker;
  onCandle(candle: Candle): void;
  /** All orders that were ever taken, in the order of their arrival. */
  readonly taken: readonly TakenOrder[];
  /** All that ever happened to an order. */
  reportsOf(order: TakenOrder): readonly Report[];
  isResting(order: TakenOrder): boolean;
  /** From now on it is quick and loses nothing. */
  calmDown(): void;
}

export function createStrictVenue(options: StrictVenueOptions): StrictVenue {
  const { settings, windowMs, settleMs, aheadMs = 0, maximum, forgetRatio = 0, random } = options;
  // Where orders that may only reduce cannot wait, as on a spot exchange, there is no such thing: whoever sells too much
  // sells what else is there.
  const isSpot = !options.restsReduceOnly;
  const inner = createExchangeBroker(isSpot ? { ...settings, shorting: true } : settings);
  const { exchange } = inner;
  const taken: TakenOrder[] = [];
  const hints = new Subject<OrderId | 'any'>();
  /** When each of its reports can be heard, by the venue's id. */
  const heardFrom = new Map<OrderId, number[]>();
  let isCalm = false;
  const happens = (ratio: number): boolean => !isCalm && random() < ratio;
  const within = (ms: number): number => (isCalm ? 0 : Math.floor(random() * ms));

  inner.changes$.subscribe((venueId) => {
    if (venueId === 'any') return;
    const times = heardFrom.get(venueId) ?? [];
    const lagMs = happens(0.3) ? within(settleMs) : 0;
    times.push(Math.max(Date.now() + lagMs, times.at(-1) ?? 0));
    heardFrom.set(venueId, times);
    const id = taken.find((order) => order.venueId === venueId)?.id;
    if (!happens(0.3)) setTimeout(() => hints.next(id ?? 'any'), lagMs);
  });

  const reportsOf = ({ venueId, id }: TakenOrder): readonly Report[] =>
    (exchange.book.reports.get(venueId) ?? []).map((report) => ({ ...report, orderId: id }));
  const heard = (order: TakenOrder): readonly Report[] => {
    const times = heardFrom.get(order.venueId) ?? [];
    return reportsOf(order).filter((_, index) => (times[index] ?? 0) <= Date.now());
  };
  const isResting = ({ venueId }: TakenOrder): boolean => exchange.book.resting.has(venueId);
  const named = (id: OrderId): TakenOrder[] => taken.filter((order) => order.id === id);

  /** What a spot account has, which knows no positions. */
  const coins = (): Balance[] =>
    [...(isSpot ? exchange.book.holdings.values() : [])].map(({ symbol, quantity }) => {
      const total = quantity.toFixed();
      return { currency: assetOf({ symbol }), free: total, total };
    });

  const forgotten = new Map<OrderId, { readonly sinceMs: number; why?: Abandonment }>();
  const isForgotten = (id: OrderId): boolean =>
    Date.now() >= (forgotten.get(id)?.sinceMs ?? Infinity) + forgottenAfterMs;
  /** It said that it had it, and then nothing. */
  const toldOfForgotten = (id: OrderId): Report[] | undefined => {
    const order = forgotten.get(id);
    if (!order) return undefined;
    const { sinceMs, why } = order;
    const told = { orderId: id, timeMs: sinceMs, sequence: 0 };
    const accepted: Report = { ...told, type: 'accepted', venueOrderId: 'forgotten' };
    const endMs = sinceMs + forgottenAfterMs;
    return why && isForgotten(id)
      ? [accepted, { ...told, ...why, type: 'cancelled', timeMs: endMs, sequence: endMs }]
      : [accepted];
  };

  const arrive = (request: OrderRequest): Placement => {
    if (Date.now() > request.timeMs + windowMs)
      return { status: 'rejected', reason: 'NOT_SENT', detail: 'it comes too late' };
    const before = named(request.id);
    if (before.some(isResting))
      return { status: 'rejected', reason: 'VENUE_REJECTED', detail: 'it is here already' };
    const leaves = request.reduceOnly && request.type === 'market';
    if (leaves && forgetRatio > 0 && happens(forgetRatio)) {
      forgotten.set(request.id, { sinceMs: Date.now() });
      return { status: 'taken' };
    }
    const venueId =
      before.length === 0 ? request.id : OrderId.parse(`${request.id}x${before.length}`);
    const order: TakenOrder = { id: request.id, venueId, request, takenMs: Date.now() };
    taken.push(order);
    const { protects: _, tapeSequence: __, ...rest } = request;
    const reduceOnly = !isSpot && rest.reduceOnly;
    const placement = exchange.place({ ...rest, reduceOnly, id: venueId, timeMs: Date.now() });
    if (placement.status !== 'taken') taken.splice(taken.indexOf(order), 1);
    return placement;
  };

  return {
    taken,
    reportsOf,
    isResting,
    calmDown: () => void (isCalm = true),
    onCandle: (candle) => exchange.onCandle(candle),
    connect() {
      const underWay = createUnderWay({ windowMs: windowMs + settleMs, clock: systemClock });
      return {
        orderTypes: options.orderTypes,
        restsReduceOnly: options.restsReduceOnly,
        timesInForce: ['GTC', 'IOC', 'FOK', 'GTD', 'PO'],
        placementWindowMs: windowMs,
        changes$: hints,
        async place(request) {
          underWay.sent(request.id);
          if (!happens(0.08)) return arrive(request);
          // It is on its way for longer than anybody waits for it.
          setTimeout(() => void arrive(request), within(2 * windowMs));
          throw new TransientError('TIMEOUT', 'no answer in time');
        },
        async cancel({ id }, why) {
          const lost = forgotten.get(id);
          if (lost) forgotten.set(id, { ...lost, why });
          const order = named(id).find(isResting);
          if (!order) return;
          const cancel = (): void => exchange.cancel(order.venueId, { ...why, timeMs: Date.now() });
          if (happens(0.3)) setTimeout(cancel, within(4_000));
          else cancel();
        },
        async abandon({ id }) {
          return !underWay.mayArrive(id) && named(id).length === 0 && !forgotten.has(id);
        },
        isForgotten: ({ id }) => isForgotten(id),
        refresh: async () => undefined,
        async reportsOf({ id }) {
          const known = toldOfForgotten(id) ?? named(id).flatMap(heard);
          return known.length === 0
            ? undefined
            : known.map((report) => ({ ...report, timeMs: report.timeMs + aheadMs }));
        },
        async openOrders(symbols) {
          const orders = await inner.openOrders(symbols);
          return orders.map((order) => {
            const id = taken.find(({ venueId }) => venueId === order.venueOrderId)?.id;
            return id === undefined ? order : { ...order, clientOrderId: id };
          });
        },
        balances: async () => [...(await inner.balances()), ...coins()],
        positions: async () => (isSpot ? undefined : inner.positions()),
        async instruments(symbols) {
          const rules = await inner.instruments(symbols);
          if (!maximum || Date.now() < maximum.fromMs) return rules;
          return rules.map((each) => ({ ...each, maxQuantity: maximum.quantityOf(each.symbol) }));
        },
        clockOffsetMs: async () => aheadMs,
        [Symbol.asyncDispose]: async () => undefined,
      };
    },
  };
}
