import { UserError } from '@heliograph/contracts';
import { ahead, guardStreams, type Logger } from '@heliograph/contracts/service';
import { ReplaySubject, takeUntil } from 'rxjs';
import { systemClock, type Clock } from '../../clock.ts';
import type { Broker, OrderType, TimeInForce } from '../broker.ts';
import { createAccount } from './account.ts';
import { createAsking } from './asking.ts';
import { changesOf } from './changes.ts';
import { createVenueClock } from './clock.ts';
import { introduce, marketRulesOf, redirectStreams } from './connect.ts';
import { createErrorDescriber } from './describe-error.ts';
import { createFeeRates } from './fee-rates.ts';
import { followOrders } from './follow-orders.ts';
import { loadVenue, type Credentials } from './load-venue.ts';
import { createOrderNames } from './order-names.ts';
import { createPlacing } from './place.ts';
import { createSender } from './sender.ts';
import { createUnderWay } from './under-way.ts';
import { checkedVenues, particularsOf, type MarketType } from './venues.ts';

const always: readonly OrderType[] = ['market', 'limit'];
const stops: readonly OrderType[] = ['stop', 'stop_limit'];
const timesInForce: readonly TimeInForce[] = ['GTC', 'IOC', 'FOK', 'PO'];

export interface CcxtBrokerOptions {
  /** What is traded. Default: spot. */
  readonly marketType?: MarketType;
  /** How long after it was decided an order may still reach the venue. Default: 5,000. */
  readonly placementWindowMs?: number;
  /** How long after that the venue may still not find an order that it has. Default: 2,000. */
  readonly settleMs?: number;
  /** How long the venue may say that it has no such order before it has forgotten it. Default: 60,000. */
  readonly forgottenAfterMs?: number;
  /** How often `changes$` ticks by itself. Default: 5,000. */
  readonly pollMs?: number;
  /** How often a stream is asked for a sign of life; it is given up after two misses. Default: 10,000. */
  readonly keepAliveMs?: number;
  /** How long an answer is waited for. Default: 10,000. */
  readonly requestTimeoutMs?: number;
  /** How long what a fee was worth is waited for, where it is taken in a third currency. Default: 1,000. */
  readonly feeRateTimeoutMs?: number;
  /** Leave stop orders to the venue where it keeps them like any other. Default: execution holds them. */
  readonly venueStops?: boolean;
  /** Trade for real where nobody has checked that orders are found again. */
  readonly unchecked?: boolean;
  /** Options of ccxt itself. */
  readonly ccxt?: Readonly<Record<string, unknown>>;
  /** Another address for each that ccxt would use. */
  readonly redirect?: (url: string) => string;
}

/**
 * An account at any exchange that ccxt knows. The keys stay in here: no error, log or text has them.
 * @throws UserError when the exchange does not exist or does not accept the keys
 * @throws TransientError when it cannot be reached
 */
export async function openCcxtBroker({
  exchangeId,
  credentials,
  sandbox,
  options = {},
  log,
  clock = systemClock,
}: {
  exchangeId: string;
  credentials: Credentials;
  sandbox: boolean;
  options?: CcxtBrokerOptions;
  log: Logger;
  clock?: Clock;
}): Promise<Broker> {
  const {
    marketType = 'spot',
    placementWindowMs = 5_000,
    settleMs = 2_000,
    forgottenAfterMs = 60_000,
    pollMs = 5_000,
    keepAliveMs = 10_000,
    requestTimeoutMs = 10_000,
    feeRateTimeoutMs = 1_000,
  } = options;
  const particulars = particularsOf(exchangeId);
  if (!particulars.checked && !sandbox && !options.unchecked)
    throw new UserError(
      `nobody has checked how ${exchangeId} names orders and finds them, so that an order might be lost sight of: ` +
        `use one of ${checkedVenues.join(', ')}, or its sandbox`,
    );
  const venueStops = options.venueStops === true && particulars.keepsStops && marketType === 'spot';
  const describe = createErrorDescriber(credentials);
  const venue = await loadVenue({
    exchangeId,
    credentials,
    sandbox,
    marketType,
    options: options.ccxt ?? {},
  });
  const sender = createSender({ clock, redirect: options.redirect ?? ((url) => url) });
  venue.fetchImplementation = sender.fetch;
  venue.timeout = requestTimeoutMs;
  venue.streaming = { ...venue.streaming, keepAlive: keepAliveMs };
  const streams = guardStreams(venue);
  if (options.redirect) await redirectStreams(venue, options.redirect);
  const venueClock = createVenueClock(venue, clock);
  await introduce({ venue, exchangeId, marketType, venueClock, describe });

  const names = createOrderNames(particulars);
  const asking = createAsking(exchangeId, describe);
  const marketOf = (symbol: string) => marketRulesOf(venue, symbol);
  const warned = new Set<string>();
  const warn = (message: string): void => {
    if (!warned.has(message)) log.warn({ venue: exchangeId }, message);
    warned.add(message);
  };
  const feeRates = createFeeRates({
    venue,
    marketOf,
    describe,
    warn,
    patienceMs: feeRateTimeoutMs,
  });
  const orders = followOrders({
    venue,
    particulars,
    names,
    marketOf,
    asking,
    feeRates,
    forgottenAfterMs,
    clock,
    warn,
  });
  const placing = createPlacing({
    venue,
    particulars,
    names,
    sender,
    windowMs: placementWindowMs,
    venueStops,
    marketOf,
    offsetMs: venueClock.offsetMs,
    clock,
    describe,
    warn,
    placed: orders.placed,
  });
  const underWay = createUnderWay({ windowMs: placementWindowMs + settleMs, clock });
  // Replayed: who listens only afterwards must not begin to.
  const disposed = new ReplaySubject<void>(1);

  return {
    ...createAccount({ venue, exchangeId, marketType, names, marketOf, asking }),
    orderTypes: venueStops ? [...always, ...stops] : always,
    timesInForce,
    // A spot account has one balance, which the first order that waits would hold back.
    restsReduceOnly: marketType !== 'spot',
    placementWindowMs,
    async place(order) {
      if (orders.has(order.id)) return { status: 'taken' };
      underWay.sent(order.id);
      const placement = await ahead(() => placing.place(order));
      // The clocks have drifted apart since they were compared.
      if (placement.status === 'rejected' && placement.reason === 'CLOCK_SKEW')
        await venueClock.compare().catch(() => undefined);
      return placement;
    },
    cancel: (order, why) => ahead(() => orders.cancel(order, why)),
    async abandon(order) {
      if (underWay.mayArrive(order.id)) return false;
      if (!marketOf(order.symbol)) return false;
      return (await orders.ask(order)) === undefined;
    },
    refresh: orders.refresh,
    reportsOf: orders.reportsOf,
    isForgotten: orders.isForgotten,
    async clockOffsetMs() {
      await asking('time', venueClock.compare);
      return venueClock.offsetMs();
    },
    changes$: changesOf({ venue, names, streams, pollMs, describe, log }).pipe(takeUntil(disposed)),
    async [Symbol.asyncDispose]() {
      disposed.next();
      await streams.close();
    },
  };
}
