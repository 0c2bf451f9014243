import { Big, TransientError, type OrderId } from '@heliograph/contracts';
import type { Abandonment, Broker, OrderReference, OrderRequest, Report } from '../broker.ts';
import type { Clock } from '../../clock.ts';
import { FoundOrder, type VenueTrade } from './answers.ts';
import type { Asking } from './asking.ts';
import type { FeeRates, RateOf } from './fee-rates.ts';
import { findOrder, isNotFound, tradesOf } from './find-order.ts';
import { createKnownOrders } from './known-orders.ts';
import type { CcxtVenue } from './load-venue.ts';
import { createLostOrders } from './lost-orders.ts';
import type { MarketRules } from './market-rules.ts';
import type { OrderNames } from './order-names.ts';
import { createRecent } from '../../recent.ts';
import { reportsFrom, type VenueState } from './reports.ts';
import { createStillOpen } from './still-open.ts';
import type { VenueParticulars } from './venues.ts';

const mostTakenBack = 1_000;

/** What becomes of orders after they were sent. */
export interface FollowedOrders extends Pick<Broker, 'cancel' | 'refresh' | 'reportsOf'> {
  /** As of a broker. */
  isForgotten(order: OrderReference): boolean;
  /** Whether the venue has said that it has the order. */
  has(id: OrderId): boolean;
  /** The venue's answer to a placement. */
  placed(order: OrderRequest, answer: unknown): void;
  /** Asks the venue now, unless all is known that ever will be, or can be: of what it does not list it tells nothing. */
  ask(order: OrderReference): Promise<readonly Report[] | undefined>;
}

export function followOrders({
  venue,
  particulars,
  names,
  marketOf,
  asking,
  feeRates,
  forgottenAfterMs,
  clock,
  warn,
}: {
  venue: CcxtVenue;
  particulars: VenueParticulars;
  names: OrderNames;
  marketOf: (symbol: string) => MarketRules | undefined;
  asking: Asking;
  feeRates: FeeRates;
  /** How long an order is missed before it is forgotten. */
  forgottenAfterMs: number;
  clock: Clock;
  warn: (message: string) => void;
}): FollowedOrders {
  const known = createKnownOrders();
  const takenBack = createRecent<OrderId, Abandonment>(mostTakenBack);
  const lost = createLostOrders({ forgottenAfterMs, clock });
  const stillOpen = createStillOpen({ venue, names, asking });

  const rulesOf = (symbol: string): MarketRules => {
    const rules = marketOf(symbol);
    if (!rules) throw new TransientError('VENUE_NO_ANSWER', `the venue does not list ${symbol}`);
    return rules;
  };

  const stateOf = (
    { id, symbol }: OrderReference,
    order: FoundOrder,
    { trades, rateOf }: { trades: readonly VenueTrade[]; rateOf: RateOf },
  ): VenueState => {
    const rules = rulesOf(symbol);
    const cancelled = takenBack.get(id);
    return reportsFrom({ orderId: id, order, trades, rules, cancelled, rateOf, warn });
  };

  const find = ({ id, symbol, timeMs }: OrderReference): Promise<FoundOrder | undefined> =>
    findOrder(venue, particulars, { clientId: names.toVenue(id), symbol, timeMs });

  /** What it has said of the order; where it knows it no more, that it was taken back. */
  const told = (id: OrderId): readonly Report[] | undefined => {
    const reports = known.get(id)?.reports;
    const why = takenBack.get(id);
    const end = why && lost.endOf(id, why);
    return end ? [...(reports ?? []), end] : reports;
  };

  /** Whether it works as it did when it was asked for last, so that there is nothing new to tell. */
  const isUnchanged = async (order: OrderReference): Promise<boolean> => {
    const filled = known.get(order.id)?.filled;
    if (filled === undefined) return false;
    const listed = await stillOpen.find(order);
    return listed?.filled !== undefined && new Big(listed.filled).eq(filled);
  };

  const ask = async (order: OrderReference): Promise<readonly Report[] | undefined> => {
    const { id, symbol } = order;
    if (known.get(id)?.ended) return told(id);
    if (!marketOf(symbol)) {
      warn(`${symbol} is not listed any more: what becomes of its orders cannot be asked`);
      // Nor does it know the order: who takes it back must come to an end.
      lost.missed(id);
      return told(id);
    }
    if (await isUnchanged(order)) {
      lost.found(id);
      return told(id);
    }
    const state = await asking('order', async () => {
      const found = await find(order);
      if (!found) return undefined;
      const rules = rulesOf(symbol);
      const trades = await tradesOf(venue, particulars, { ...found, symbol });
      return stateOf(order, found, { trades, rateOf: await feeRates.of(trades, rules) });
    });
    if (!state) {
      lost.missed(id);
      return told(id);
    }
    known.set(id, state);
    lost.found(id);
    if (state.ended) takenBack.delete(id);
    return told(id);
  };

  const askAnew = async (order: OrderReference): Promise<void> => {
    await ask(order);
    known.markFresh(order.id, clock.steadyMs());
  };

  const cancel = async (order: OrderReference): Promise<void> => {
    const byClientId = { clientOrderId: names.toVenue(order.id) };
    try {
      if (particulars.knowsClientIds)
        return void (await venue.cancelOrder(undefined, order.symbol, byClientId));
      const found = await find(order);
      if (found) await venue.cancelOrder(found.id, order.symbol, {});
    } catch (error) {
      // It has ended, or never was.
      if (!isNotFound(error)) throw error;
    }
  };

  return {
    ask,
    isForgotten: ({ id }) => lost.isForgotten(id),
    has: (id) => known.get(id) !== undefined,
    placed(order, answer) {
      const found = FoundOrder.safeParse(answer);
      if (!found.success || found.data.timestamp === undefined) return;
      // Only that it is there: the rest is asked for, as of every order.
      const accepted = { ...found.data, status: 'open', filled: '0' };
      known.set(order.id, stateOf(order, accepted, { trades: [], rateOf: () => undefined }));
    },
    async cancel(order, why) {
      takenBack.set(order.id, why);
      await asking('cancel', () => cancel(order));
    },
    async refresh(orders) {
      await Promise.all(orders.map(askAnew));
    },
    async reportsOf(order) {
      return known.takeFresh(order.id, clock.steadyMs()) ? told(order.id) : ask(order);
    },
  };
}
