import { Big, TransientError, Venue, type OrderId } from '@heliograph/contracts';
import type { Logger } from '@heliograph/contracts/service';
import { Subject, takeUntil } from 'rxjs';
import { z } from 'zod';
import type { Abandonment, Broker, OrderReference, OrderType, Report } from '../broker.ts';
import { Balances, FoundOrder, FoundPosition } from './answers.ts';
import { changesOf } from './changes.ts';
import { measureOffsetMs } from './clock.ts';
import { introduce, marketRulesOf, redirectStreams, setOffset } from './connect.ts';
import { createErrorDescriber } from './describe-error.ts';
import { findOrder, isNotFound, tradesOf } from './find-order.ts';
import { guardStreams } from './guard-streams.ts';
import { loadVenue, type Credentials } from './load-venue.ts';
import { instrumentOf } from './market-rules.ts';
import { createPlacing } from './place.ts';
import { createKnownOrders } from './known-orders.ts';
import { reportsFrom } from './reports.ts';
import { createSender } from './sender.ts';
import { particularsOf } from './venues.ts';
import { balancesOf, positionOf, venueOrderOf } from './views.ts';

const always: readonly OrderType[] = ['market', 'limit'];
const stops: readonly OrderType[] = ['stop', 'stop_limit'];

export interface CcxtBrokerOptions {
  /** What is traded. Default: spot. */
  readonly marketType?: 'spot' | 'swap' | 'future';
  /** How long after it was decided an order may still reach the venue. Default: 5,000. */
  readonly placementWindowMs?: number;
  /** How long after that the venue may still not find an order that it has. Default: 2,000. */
  readonly settleMs?: number;
  /** How often `changes$` ticks by itself. Default: 5,000. */
  readonly pollMs?: number;
  /** How often a stream is asked for a sign of life; it is given up after two misses. Default: 10,000. */
  readonly keepAliveMs?: number;
  /** How long an answer is waited for. Default: 10,000. */
  readonly requestTimeoutMs?: number;
  /** Leave stop orders to the venue. Default: execution holds them. */
  readonly venueStops?: boolean;
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
  nowMs,
}: {
  exchangeId: string;
  credentials: Credentials;
  sandbox: boolean;
  options?: CcxtBrokerOptions;
  log: Logger;
  nowMs: () => number;
}): Promise<Broker> {
  const {
    marketType = 'spot',
    placementWindowMs = 5_000,
    settleMs = 2_000,
    pollMs = 5_000,
    keepAliveMs = 10_000,
    requestTimeoutMs = 10_000,
    venueStops = false,
    redirect = (url) => url,
  } = options;
  const particulars = particularsOf(exchangeId);
  const describe = createErrorDescriber(credentials);
  const venue = await loadVenue({
    exchangeId,
    credentials,
    sandbox,
    marketType,
    options: options.ccxt ?? {},
  });
  const sender = createSender({ nowMs, redirect });
  venue.fetchImplementation = sender.fetch;
  venue.timeout = requestTimeoutMs;
  venue.streaming = { ...venue.streaming, keepAlive: keepAliveMs };
  const closeStreams = guardStreams(venue);
  await redirectStreams(venue, redirect);
  let { offsetMs } = await introduce({ venue, exchangeId, marketType, nowMs, describe });

  const venueName = Venue.parse(exchangeId);
  const known = createKnownOrders();
  const takenBack = new Map<OrderId, Abandonment>();
  const warned = new Set<string>();
  const warn = (message: string): void => {
    if (!warned.has(message)) log.warn({ venue: exchangeId }, message);
    warned.add(message);
  };
  const marketOf = (symbol: string) => marketRulesOf(venue, symbol);
  const asking = async <T>(what: string, ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      throw new TransientError('VENUE_NO_ANSWER', `${exchangeId}, ${what}: ${describe(error)}`);
    }
  };

  const placing = createPlacing({
    venue,
    particulars,
    sender,
    windowMs: placementWindowMs,
    venueStops,
    marketOf,
    offsetMs: () => offsetMs,
    nowMs,
    describe,
    placed(order, answer) {
      const found = FoundOrder.safeParse(answer);
      if (!found.success || found.data.timestamp === undefined) return;
      // Only that it is there: the rest is asked for, as of every order.
      const accepted = { ...found.data, status: 'open', filled: '0' };
      known.set(order.id, stateOf(order, accepted, []));
    },
  });

  function stateOf(
    { id, symbol }: OrderReference,
    order: FoundOrder,
    trades: Parameters<typeof reportsFrom>[0]['trades'],
  ) {
    const rules = marketOf(symbol);
    if (!rules)
      throw new TransientError('VENUE_NO_ANSWER', `${exchangeId} does not list ${symbol}`);
    return reportsFrom({ orderId: id, order, trades, rules, cancelled: takenBack.get(id), warn });
  }

  /** Asks the venue, unless all is known that ever will be. */
  const ask = async (order: OrderReference): Promise<readonly Report[] | undefined> => {
    if (known.get(order.id)?.ended) return known.get(order.id)?.reports;
    const found = await asking('order', async () => {
      const it = await findOrder(venue, particulars, order);
      return it && { it, trades: await tradesOf(venue, it, order.symbol) };
    });
    if (found) {
      known.set(order.id, stateOf(order, found.it, found.trades));
      placing.forget(order.id);
    }
    return known.get(order.id)?.reports;
  };

  const disposed = new Subject<void>();
  return {
    orderTypes: venueStops ? [...always, ...stops] : always,
    // A spot account has one balance, which the first order that waits would hold back.
    restsReduceOnly: marketType !== 'spot',
    placementWindowMs,
    async place(order) {
      if (known.get(order.id)) return { status: 'taken' };
      const placement = await placing.place(order);
      // The clocks have drifted apart since they were compared.
      if (placement.status === 'rejected' && placement.reason === 'CLOCK_SKEW')
        await compareClocks();
      return placement;
    },
    async cancel(order, why) {
      takenBack.set(order.id, why);
      await asking('cancel', async () => {
        try {
          if (particulars.knowsClientIds)
            return void (await venue.cancelOrder(undefined, order.symbol, {
              clientOrderId: order.id,
            }));
          const found = await findOrder(venue, particulars, order);
          if (found) await venue.cancelOrder(found.id, order.symbol, {});
        } catch (error) {
          // It has ended, or never was.
          if (!isNotFound(error)) throw error;
        }
      });
    },
    async abandon(order) {
      if (nowMs() <= order.timeMs + placementWindowMs + settleMs) return false;
      if (await ask(order)) return false;
      placing.forget(order.id);
      return true;
    },
    async refresh(orders) {
      for (const order of orders) {
        await ask(order);
        known.markFresh(order.id, nowMs());
      }
    },
    async reportsOf(order) {
      return known.takeFresh(order.id, nowMs()) ? known.get(order.id)?.reports : ask(order);
    },
    openOrders: (symbols) =>
      asking('open orders', async () => {
        const all = [];
        for (const symbol of symbols) {
          const orders = z.array(FoundOrder).parse(await venue.fetchOpenOrders(symbol));
          const contractSize = marketOf(symbol)?.contractSize ?? new Big('1');
          all.push(
            ...orders.map((order) =>
              venueOrderOf(order, { venue: venueName, symbol, contractSize }),
            ),
          );
        }
        return all;
      }),
    balances: () =>
      asking('balances', async () => balancesOf(Balances.parse(await venue.fetchBalance()))),
    async positions() {
      if (marketType === 'spot') return undefined;
      return asking('positions', async () =>
        z
          .array(FoundPosition)
          .parse(await venue.fetchPositions())
          .flatMap((position) =>
            positionOf(position, venueName, marketOf(position.symbol)?.contractSize),
          ),
      );
    },
    instruments: (symbols) =>
      asking('instruments', async () => {
        await venue.loadMarkets(true);
        return symbols.map((symbol) =>
          instrumentOf(marketOf(symbol), { venue: venueName, symbol }),
        );
      }),
    async clockOffsetMs() {
      await asking('time', compareClocks);
      return offsetMs;
    },
    changes$: changesOf({ venue, closeStreams, pollMs, describe, log }).pipe(takeUntil(disposed)),
    async [Symbol.asyncDispose]() {
      disposed.next();
      await closeStreams();
    },
  };

  async function compareClocks(): Promise<void> {
    offsetMs = await measureOffsetMs(venue, nowMs);
    setOffset(venue, offsetMs);
  }
}
