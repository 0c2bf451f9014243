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
  onCandle(candle: Candle, sequence: number): Promise<void>;
  /** The next message of MARKET that is no candle of the tape. */
  onOther(sequence: number): void;
  /** Matches each resting order with the candles that it has not been matched with, up to the last one shown. */
  matchMissed(): Promise<void>;
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
  const matchMissed = async (): Promise<void> => {
    const { resting } = fold.state;
    for (const id of matched.keys()) if (!resting.has(id)) matched.delete(id);
    for (const order of resting.values()) {
      const range = { after: matchedUpTo(order), upTo: recent.seenUpTo };
      if (range.after >= range.upTo) continue;
      const missed =
        recent.between(order, range) ?? (await candlesBetween(bus, tape, order, range));
      for (const candle of missed) await fold.transact((book) => match(book, candle));
      matched.set(order.orderId, range.upTo);
    }
  };

  /** Of an order that ended so long ago that the book has forgotten how. */
  const readReports = async (orderId: OrderId): Promise<Report[]> =>
    (await log.readAfter(0))
      .map(read)
      .filter((event) => event.type !== 'account_opened')
      .filter((event) => event.orderId === orderId)
      .map(reportOf);

  return {
    async place(order) {
      await fold.transact((book) => place(book, order));
      await matchMissed();
    },
    async reportsOf(orderId) {
      if (!fold.state.taken.has(orderId)) {
        await fold.catchUp();
        await matchMissed();
      }
      if (!fold.state.taken.has(orderId)) return undefined;
      return fold.state.reports.get(orderId) ?? (await readReports(orderId));
    },
    async onCandle(candle, sequence) {
      recent.add(candle, sequence);
      await matchMissed();
    },
    onOther(sequence) {
      recent.add(undefined, sequence);
    },
    matchMissed,
    async cancelResting(timeMs) {
      await fold.catchUp();
      await matchMissed();
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
