import {
  deterministicId,
  UserError,
  type Candle,
  type OrderId,
  type PortfolioSettings,
} from '@heliograph/contracts';
import {
  mostAppended,
  type Bus,
  type Outgoing,
  type StoredMessage,
} from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import { Subject } from 'rxjs';
import type { Broker, Placement, Report } from '../brokers/broker.ts';
import { createFold } from '../fold.ts';
import { settingDifferences } from '../setting-differences.ts';
import { createSnapshots } from '../snapshots.ts';
import { accountTerms } from './account-terms.ts';
import { abandon, cancel, cancelResting, emptyBook, isKnown, type PaperBook } from './book.ts';
import { evolveBook } from './evolve-book.ts';
import { createCatchUp, type CatchUp } from './catch-up.ts';
import { createCandleLengths } from './candle-lengths.ts';
import { PaperEvent, reportOf } from './events.ts';
import { placesLost } from './lost-places.ts';
import { paperOrderTypes, paperTimesInForce } from './order-types.ts';
import { place } from './place.ts';
import { createRecentSlices } from './recent-slices.ts';
import { bookForm, restoreBook } from './restore.ts';
import { sliceOfCandle, sliceOfPrint, type Print } from './slice.ts';
import { balancesOf, instrumentsOf, openOrdersOf, positionsOf } from './statement.ts';

/**
 * A paper account on the bus. Its book is a fenced log, so it outlives whoever uses it, and every worker that holds one
 * of these is a replica: whichever sees a fill first writes it, the others find it written. Calls must not overlap.
 */
export interface PaperBroker extends Broker, CatchUp {
  /** The book as far as it is folded. */
  readonly book: PaperBook;
  /** The next candle of the tape, and its place in MARKET. */
  onCandle(candle: Candle, sequence: number): void;
  /** The next trade of the tape, likewise. */
  onPrint(print: Print, sequence: number): void;
  /** The next message of MARKET that is neither. */
  onOther(sequence: number): void;
  /** Keeps the book where the next worker finds it, now and then. */
  keepSnapshot(): Promise<void>;
  /** The tape has ended. */
  cancelResting(timeMs: number): Promise<void>;
}

export async function openPaperBroker({
  bus,
  account,
  tape,
  settings,
  seenUpTo,
  log: logger,
}: {
  bus: Bus;
  account: string;
  tape: string;
  settings: PortfolioSettings;
  /** The end of MARKET when its follower began: what lies before is fetched where an order needs it. */
  seenUpTo: number;
  log: Logger;
}): Promise<PaperBroker> {
  const kind = settings.paper?.tape ?? 'candles';
  const recent = createRecentSlices(seenUpTo);
  const lengths = createCandleLengths();
  const changes = new Subject<OrderId | 'any'>();
  const prefix = `paper.${account}`;
  const log = bus.log(prefix);
  const fold = createFold({
    log,
    initial: emptyBook(),
    evolve: (book, event: PaperEvent) => {
      evolveBook(book, event);
      // Whoever listens may ask at once, and must find all of the step.
      if (event.type !== 'account_opened') queueMicrotask(() => changes.next(event.orderId));
      return book;
    },
    read: (message) => ({ entry: read(message) }),
    write: (event: PaperEvent): Outgoing => ({
      subject: `${prefix}.${event.type}`,
      id: eventId(account, event),
      body: JSON.stringify(event),
    }),
    snapshots: createSnapshots({
      bus,
      stream: 'PAPER',
      prefix,
      form: bookForm,
      restore: restoreBook,
      log: logger,
    }),
  });
  await fold.catchUp();
  await fold.transact((book) => (book.settings ? [] : [{ type: 'account_opened', settings }]));
  const opened = fold.state.settings;
  const differences = settingDifferences(accountTerms(opened ?? settings), accountTerms(settings));
  if (!opened || differences !== '')
    throw new UserError(
      `the paper account ${account} was opened with other settings (${differences}): ` +
        'start with those, or name another --portfolio',
    );

  // What was in the book before this was asked had its place on the tape.
  const lost = placesLost(fold.state, await bus.lastSequence('MARKET'));
  const catchUp = createCatchUp({ bus, tape, kind, recent, lost, fold });

  /** Of an order that ended so long ago that the book has forgotten how. */
  const readReports = async (orderId: OrderId): Promise<Report[]> =>
    (await log.readAfter(0))
      .map(read)
      .filter((event) => event.type !== 'account_opened')
      .map((event, index) => reportOf(event, index + 1))
      .filter((report) => report.orderId === orderId);
  /** Orders that the book has forgotten altogether, and somebody has asked for. */
  const recalled = new Map<OrderId, readonly Report[]>();
  const recall = async (orderId: OrderId, timeMs: number): Promise<boolean> => {
    const { forgottenMs } = fold.state;
    if (forgottenMs === undefined || timeMs > forgottenMs || isKnown(fold.state, orderId))
      return false;
    const reports = await readReports(orderId);
    if (reports.length > 0) recalled.set(orderId, reports);
    return reports[0]?.type === 'accepted';
  };

  return {
    get book() {
      return fold.state;
    },
    orderTypes: paperOrderTypes,
    timesInForce: paperTimesInForce,
    restsReduceOnly: true,
    placementWindowMs: 0,
    changes$: changes.asObservable(),
    async place(order) {
      let placement: Placement = { status: 'taken' };
      const shortestCandleMs = lengths.shortestOf(order);
      await fold.transact((book) => {
        const placing = place(book, order, {
          ...(shortestCandleMs !== undefined && { shortestCandleMs }),
        });
        placement = placing.placement;
        return placing.events;
      });
      return (await recall(order.id, order.timeMs)) ? { status: 'taken' } : placement;
    },
    async cancel(order, why) {
      // Another worker may have placed it a moment ago.
      if (!isKnown(fold.state, order.id)) await fold.catchUp();
      await fold.transact((book) => cancel(book, order.id, why));
    },
    async abandon({ id, timeMs }, why) {
      if (await recall(id, timeMs)) return false;
      await fold.transact((book) => abandon(book, id, why));
      return fold.state.ended.get(id)?.abandoned !== undefined;
    },
    async refresh(orders) {
      if (!orders.every(({ id }) => isKnown(fold.state, id))) await fold.catchUp();
    },
    async reportsOf({ id }) {
      if (!isKnown(fold.state, id)) return recalled.get(id);
      return fold.state.reports.get(id) ?? readReports(id);
    },
    async openOrders(symbols) {
      await fold.catchUp();
      return openOrdersOf(fold.state, symbols);
    },
    async balances() {
      await fold.catchUp();
      return balancesOf(fold.state);
    },
    async positions() {
      await fold.catchUp();
      return positionsOf(fold.state);
    },
    instruments: async (symbols) => instrumentsOf(fold.state, symbols),
    clockOffsetMs: async () => 0,
    onCandle(candle, sequence) {
      lengths.add(candle);
      recent.add(kind === 'candles' ? sliceOfCandle(candle, sequence) : undefined, sequence);
    },
    onPrint: (print, sequence) =>
      recent.add(kind === 'trades' ? sliceOfPrint(print, sequence) : undefined, sequence),
    onOther: (sequence) => recent.add(undefined, sequence),
    matchMissed: catchUp.matchMissed,
    keepSnapshot: () => fold.keepSnapshot(),
    async cancelResting(timeMs) {
      await fold.catchUp();
      while (fold.state.resting.size > 0)
        await fold.transact((book) => cancelResting(book, timeMs).slice(0, mostAppended));
    },
    async [Symbol.asyncDispose]() {
      changes.complete();
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
