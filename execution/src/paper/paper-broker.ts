import {
  canonicalJson,
  deterministicId,
  UserError,
  type Candle,
  type OrderId,
  type PortfolioSettings,
} from '@heliograph/contracts';
import type { Bus, Outgoing, StoredMessage } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import { Subject } from 'rxjs';
import type { Broker, Placement, Report } from '../brokers/broker.ts';
import { createFold } from '../fold.ts';
import { createSnapshots } from '../snapshots.ts';
import {
  abandon,
  cancel,
  cancelResting,
  emptyBook,
  evolveBook,
  isKnown,
  type PaperBook,
  type RestingOrder,
} from './book.ts';
import { createCandleLengths } from './candle-lengths.ts';
import { PaperEvent, reportOf } from './events.ts';
import { finish, nextEvents } from './match.ts';
import { paperOrderTypes, paperTimesInForce } from './order-types.ts';
import { place } from './place.ts';
import { progressOf, type Progress } from './progress.ts';
import { createRecentSlices } from './recent-slices.ts';
import { bookForm, restoreBook } from './restore.ts';
import { sliceOfCandle, sliceOfPrint, type Print, type Slice } from './slice.ts';
import { balancesOf, instrumentsOf, openOrdersOf, positionsOf } from './statement.ts';
import { slicesBetween } from './tape.ts';

/**
 * A paper account on the bus. Its book is a fenced log, so it outlives whoever uses it, and every worker that holds one
 * of these is a replica: whichever sees a fill first writes it, the others find it written. Calls must not overlap.
 */
export interface PaperBroker extends Broker {
  /** The book as far as it is folded. */
  readonly book: PaperBook;
  /** The next candle of the tape, and its place in MARKET. */
  onCandle(candle: Candle, sequence: number): void;
  /** The next trade of the tape, likewise. */
  onPrint(print: Print, sequence: number): void;
  /** The next message of MARKET that is neither. */
  onOther(sequence: number): void;
  /**
   * Matches each resting order with what of the tape it has not been matched with, in the order of the tape.
   * `afterEach` is awaited before and after each step that fills something, with the time of the tape there, and at the
   * end, with the time that it is now: it journals what the book says, and places what protects the new fills, which is
   * then matched with the same candle.
   */
  matchMissed(timeMs: number, afterEach: (timeMs: number) => Promise<void>): Promise<void>;
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
  const progress = new Map<OrderId, Progress>();
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
  if (canonicalJson(opened) !== canonicalJson(settings))
    throw new UserError(
      `the paper account ${account} was opened with other settings (${JSON.stringify(opened)}): ` +
        'start with those, or name another --portfolio',
    );

  const behind = (upTo: number): RestingOrder[] =>
    [...fold.state.resting.values()].filter((order) => progressOf(progress, order).upTo < upTo);

  const slicesFor = async (orders: readonly RestingOrder[], upTo: number): Promise<Slice[]> => {
    const slices = new Map<number, Slice>();
    for (const order of orders) {
      const range = { after: progressOf(progress, order).upTo, upTo };
      const found =
        recent.between(order, range) ?? (await slicesBetween(bus, { tape, kind }, order, range));
      for (const slice of found) slices.set(slice.sequence, slice);
    }
    return [...slices.values()].toSorted((a, b) => a.sequence - b.sequence);
  };

  /** False when orders came to light on the way: theirs may be the earlier slices. */
  const matchOnce = async (afterEach: (timeMs: number) => Promise<void>): Promise<boolean> => {
    const upTo = recent.seenUpTo;
    const orders = behind(upTo);
    const ids = new Set(orders.map(({ orderId }) => orderId));
    const answered = async ({ closeTime }: Slice): Promise<boolean> => {
      await afterEach(closeTime);
      return behind(upTo).every(({ orderId }) => ids.has(orderId));
    };
    const slices = await slicesFor(orders, upTo);
    const [first] = slices;
    if (first && !(await answered(first))) return false;
    for (const slice of slices) {
      for (;;) {
        const events = nextEvents(fold.state, progress, slice);
        if (events.length === 0) break;
        if (!(await fold.tryWrite(events)) || !(await answered(slice))) return false;
      }
      finish(fold.state, progress, slice);
    }
    for (const order of behind(upTo))
      progress.set(order.orderId, { ...progressOf(progress, order), upTo });
    return true;
  };

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
    async matchMissed(timeMs, afterEach) {
      for (const id of progress.keys()) if (!fold.state.resting.has(id)) progress.delete(id);
      do {
        while (behind(recent.seenUpTo).length > 0) await matchOnce(afterEach);
        // A fill that nobody has answered yet may be the last thing that whoever died has written.
        await afterEach(timeMs);
      } while (behind(recent.seenUpTo).length > 0);
    },
    keepSnapshot: () => fold.keepSnapshot(),
    async cancelResting(timeMs) {
      await fold.catchUp();
      await fold.transact((book) => cancelResting(book, timeMs));
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
