import {
  canonicalJson,
  deterministicId,
  UserError,
  type Candle,
  type OrderId,
  type PortfolioSettings,
} from '@heliograph/contracts';
import type { Bus, Outgoing, StoredMessage } from '@heliograph/contracts/bus';
import type { Broker, Report } from '../brokers/broker.ts';
import { createFold } from '../fold.ts';
import {
  abandon,
  cancelResting,
  emptyBook,
  evolveBook,
  match,
  PaperEvent,
  place,
  reportOf,
  type RestingOrder,
} from './book.ts';
import { createRecentCandles } from './recent-candles.ts';
import { candlesBetween } from './tape.ts';

/**
 * A paper account on the bus. Its book is a fenced log, so it outlives whoever uses it, and every worker that holds one
 * of these is a replica: whichever sees a fill first writes it, the others find it written. Calls must not overlap.
 */
export interface PaperBroker extends Broker {
  /** The next candle of the tape, and its place in MARKET. */
  onCandle(candle: Candle, sequence: number): void;
  /** The next message of MARKET that is no candle of the tape. */
  onOther(sequence: number): void;
  /**
   * Matches each resting order with the candles that it has not been matched with, in the order of the tape;
   * `afterEach` is awaited before the next candle.
   */
  matchMissed(afterEach: () => Promise<void>): Promise<void>;
  /** The tape has ended. */
  cancelResting(timeMs: number): Promise<void>;
}

export async function openPaperBroker({
  bus,
  account,
  tape,
  settings,
  seenUpTo,
}: {
  bus: Bus;
  account: string;
  tape: string;
  settings: PortfolioSettings;
  /** The end of MARKET when its follower began: what lies before is fetched where an order needs it. */
  seenUpTo: number;
}): Promise<PaperBroker> {
  const recent = createRecentCandles(seenUpTo);
  /** Up to where each resting order has been matched. */
  const matched = new Map<OrderId, number>();
  const prefix = `paper.${account}`;
  const log = bus.log(prefix);
  const fold = createFold({
    log,
    initial: emptyBook(),
    evolve: evolveBook,
    read,
    write: (event: PaperEvent): Outgoing => ({
      subject: `${prefix}.${event.type}`,
      id: eventId(account, event),
      body: JSON.stringify(event),
    }),
  });
  await fold.catchUp();
  await fold.transact((book) => (book.settings ? [] : [{ type: 'account_opened', settings }]));
  const opened = fold.state.settings;
  if (canonicalJson(opened) !== canonicalJson(settings))
    throw new UserError(
      `the paper account ${account} was opened with other settings (${JSON.stringify(opened)}): ` +
        'start with those, or name another --portfolio',
    );

  const matchedUpTo = (order: RestingOrder): number =>
    matched.get(order.orderId) ?? order.tapeSequence;
  /** The orders that have candles to catch up with, and those candles. */
  const missed = async () => {
    const { resting } = fold.state;
    for (const id of matched.keys()) if (!resting.has(id)) matched.delete(id);
    const upTo = recent.seenUpTo;
    const behind = [...resting.values()].filter((order) => matchedUpTo(order) < upTo);
    const candles = new Map<number, Candle>();
    for (const order of behind) {
      const range = { after: matchedUpTo(order), upTo };
      const found = recent.between(order, range) ?? (await candlesBetween(bus, tape, order, range));
      for (const { candle, sequence } of found) candles.set(sequence, candle);
    }
    return { upTo, orders: new Set(behind.map(({ orderId }) => orderId)), candles };
  };

  const matchMissed = async (afterEach: () => Promise<void>): Promise<void> => {
    while (!(await matchOnce(afterEach)));
  };

  /** False when orders of others came to light on the way: theirs may be the earlier candles. */
  const matchOnce = async (afterEach: () => Promise<void>): Promise<boolean> => {
    const { upTo, orders, candles } = await missed();
    for (const [, candle] of [...candles].toSorted(([a], [b]) => a - b)) {
      if (!(await fold.tryWrite(match(fold.state, candle, orders)))) return false;
      await afterEach();
    }
    for (const id of orders) matched.set(id, upTo);
    return orders.size === 0;
  };

  /** Of an order that ended so long ago that the book has forgotten how. */
  const readReports = async (orderId: OrderId): Promise<Report[]> =>
    (await log.readAfter(0))
      .map(read)
      .filter((event) => event.type !== 'account_opened')
      .filter((event) => event.orderId === orderId)
      .map((event, index) => reportOf(event, index + 1));

  return {
    place: (order) => fold.transact((book) => place(book, order)),
    abandon: (orderId, why) => fold.transact((book) => abandon(book, orderId, why)),
    async refresh(orderIds) {
      if (!orderIds.every((id) => fold.state.taken.has(id))) await fold.catchUp();
    },
    async reportsOf(orderId) {
      if (!fold.state.taken.has(orderId)) return undefined;
      return fold.state.reports.get(orderId) ?? readReports(orderId);
    },
    onCandle: (candle, sequence) => recent.add(candle, sequence),
    onOther: (sequence) => recent.add(undefined, sequence),
    matchMissed,
    async cancelResting(timeMs) {
      await fold.catchUp();
      await fold.transact((book) => cancelResting(book, timeMs));
    },
  };
}

function read({ body }: StoredMessage): PaperEvent {
  return PaperEvent.parse(JSON.parse(body));
}

function eventId(account: string, event: PaperEvent): string {
  const key =
    event.type === 'account_opened'
      ? ''
      : event.type === 'order_filled'
        ? event.fillId
        : event.orderId;
  return deterministicId('paper', account, event.type, key);
}
