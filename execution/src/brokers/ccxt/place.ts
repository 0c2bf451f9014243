import { Big, TransientError, type OrderId } from '@heliograph/contracts';
import type { Clock } from '../../clock.ts';
import type { OrderRequest, Placement, TimeInForce } from '../broker.ts';
import { Ticker } from './answers.ts';
import type { CcxtVenue } from './load-venue.ts';
import type { MarketRules } from './market-rules.ts';
import type { OrderNames } from './order-names.ts';
import { outcomeOf } from './outcome.ts';
import type { Sender } from './sender.ts';
import { createRecent } from '../../recent.ts';
import { needsMarketPrice, sizeOrder, type Sized } from './size-order.ts';
import type { VenueParticulars } from './venues.ts';
import { createWhatIsThere } from './what-is-there.ts';

/** By far more than can be sent within the time in which one may still reach the venue. */
const mostSent = 10_000;

/** Places orders, each with one request at most. `placed` receives the venue's answer when it took one. */
export function createPlacing({
  venue,
  particulars,
  names,
  sender,
  windowMs,
  venueStops,
  marketOf,
  offsetMs,
  clock: { nowMs, steadyMs },
  describe,
  warn,
  placed,
}: {
  venue: CcxtVenue;
  particulars: VenueParticulars;
  names: OrderNames;
  sender: Sender;
  windowMs: number;
  venueStops: boolean;
  marketOf: (symbol: string) => MarketRules | undefined;
  /** How far the venue's clock is ahead of the wall clock, as that goes now. */
  offsetMs: () => number;
  clock: Clock;
  describe: (error: unknown) => string;
  warn: (message: string) => void;
  placed: (order: OrderRequest, answer: unknown) => void;
}): { place(order: OrderRequest): Promise<Placement> } {
  /** What is known of each order of which a request went out. */
  const sent = createRecent<OrderId, 'taken' | 'unknown'>(mostSent);

  const whatIsThere = createWhatIsThere({ venue, describe, warn });

  return { place };

  async function place(order: OrderRequest): Promise<Placement> {
    if (sent.get(order.id) === 'taken') return { status: 'taken' };
    if (sent.get(order.id)) throw unknownOutcome('it has been sent before');
    const rules = marketOf(order.symbol);
    if (!rules) return rejected('UNKNOWN_SYMBOL', `the venue does not list ${order.symbol}`);
    const unsupported = whyUnsupported(order, rules, venueStops);
    if (unsupported !== undefined) return rejected('UNSUPPORTED_ORDER', unsupported);
    const time = timeOf(order);
    let marketPrice: Big | undefined;
    try {
      if (needsMarketPrice(order)) marketPrice = await priceFor(venue, order);
    } catch (error) {
      return { status: 'not_taken', detail: describe(error), retryAfterMs: 1_000 };
    }
    const sized = sizeOrder(order, rules, marketPrice);
    if (sized.status === 'rejected') return sized;
    const placement = await send(order, sized, { rules, time });
    const isShort = placement.status === 'rejected' && placement.reason === 'INSUFFICIENT_FUNDS';
    const less = isShort ? await whatIsThere(order, rules) : undefined;
    return less ? send(order, less, { rules, time }) : placement;
  }

  /** Reckoned at once: nothing that the wall clock does on the way makes the order younger. */
  function timeOf({ timeMs }: OrderRequest): OrderTime {
    const untilMs = timeMs + windowMs;
    const steadyUntilMs = steadyMs() + untilMs - nowMs();
    return {
      venueMs: timeMs + offsetMs(),
      leftMs: () => Math.min(untilMs - nowMs(), steadyUntilMs - steadyMs()),
    };
  }

  /** Sends it once. The same id may be sent again after a refusal that is certain: it is not there. */
  async function send(
    order: OrderRequest,
    { amount, limitPrice, stopPrice }: Sized,
    { rules: { market }, time }: { rules: MarketRules; time: OrderTime },
  ): Promise<Placement> {
    const type = limitPrice === undefined ? 'market' : 'limit';
    const parameters = {
      clientOrderId: names.toVenue(order.id),
      ...(type === 'limit' && kinds[order.timeInForce]),
      ...(stopPrice !== undefined && { triggerPrice: stopPrice }),
      ...(order.reduceOnly && market.contract && { reduceOnly: true }),
      ...particulars.fence?.(time.venueMs, windowMs),
    };
    sent.set(order.id, 'unknown');
    const fence = { leftMs: time.leftMs, abandonLate: particulars.fence === undefined };
    const { sending, result } = await sender.once(fence, () =>
      venue.createOrder(order.symbol, type, order.side, amount, limitPrice, parameters),
    );
    if (result.status === 'fulfilled') {
      placed(order, result.value);
      sent.set(order.id, 'taken');
      return { status: 'taken' };
    }
    const detail = describe(result.reason);
    const outcome = outcomeOf({
      error: result.reason,
      detail,
      sending,
      refusesWith4xx: particulars.refusesWith4xx,
      wasLate: time.leftMs() < 0,
    });
    if (outcome.status === 'unknown') throw unknownOutcome(detail);
    if (outcome.status === 'taken') sent.set(order.id, 'taken');
    else sent.delete(order.id);
    return outcome;
  }
}

interface OrderTime {
  /** When it was decided, by the venue's clock. */
  readonly venueMs: number;
  /** How long it may still be sent. */
  leftMs(): number;
}

/** What a limit order's time in force is to ccxt. */
const kinds: Readonly<Record<TimeInForce, Readonly<Record<string, unknown>>>> = {
  GTC: {},
  GTD: {},
  IOC: { timeInForce: 'IOC' },
  FOK: { timeInForce: 'FOK' },
  PO: { postOnly: true },
};

function whyUnsupported(
  order: OrderRequest,
  { market }: MarketRules,
  venueStops: boolean,
): string | undefined {
  if (order.type === 'trailing_stop') return 'trailing stops are not left to the venue';
  if (order.type.startsWith('stop') && !venueStops) return 'stops are not left to the venue';
  if (order.timeInForce === 'GTD') return 'orders until a time are not left to the venue';
  if (market.contract && market.linear !== true) return 'contracts settled in the base currency';
  return undefined;
}

/** What the order will trade at, about: it takes from the other side. */
async function priceFor(venue: CcxtVenue, order: OrderRequest): Promise<Big | undefined> {
  const { bid, ask, last } = Ticker.parse(await venue.fetchTicker(order.symbol));
  const price = (order.side === 'buy' ? ask : bid) ?? last;
  return price === undefined || Number(price) <= 0 ? undefined : new Big(price);
}

function rejected(reason: 'UNKNOWN_SYMBOL' | 'UNSUPPORTED_ORDER', detail: string): Placement {
  return { status: 'rejected', reason, detail };
}

function unknownOutcome(detail: string): TransientError {
  return new TransientError('ORDER_UNKNOWN', `the order may be at the venue or not: ${detail}`);
}
