import {
  type EventId,
  JournalEvent,
  type JournalEventOf,
  MessageDeadLettered,
  type OrderId,
  parseEvent,
  PermanentError,
  TradeSignal,
  TransientError,
} from '@heliograph/contracts';
import type { FencedLog, StoredMessage } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import { defer, retry, throwError, timer, type Observable } from 'rxjs';

/** Which signals a portfolio has dealt with, read from its journal. */
export interface Settlements extends Disposable {
  /**
   * Resolves when the signal was skipped or the outcome of placing its order is known; to be asked once for each
   * signal. Rejects when the journal cannot be read any more.
   */
  settled(signalId: EventId): Promise<void>;
  /** The event that settled the last signal that was waited for: what comes after it settles only later signals. */
  readonly sequence: number;
}

const resubscribeMs = 1_000;

/**
 * Follows a portfolio's journal from after that sequence, and the dead letters of its workers: a signal that they have
 * given up is settled too.
 */
export function followSettlements(
  journal: FencedLog,
  deadLetters: () => Observable<StoredMessage>,
  after: number,
  log: Logger,
): Settlements {
  let readSequence = after;
  let settledSequence = after;
  let failure: unknown;
  const signalOfOrder = new Map<OrderId, EventId>();
  /** Orders that are being taken back: by a signal, by a breaker, or because what they protected is gone. */
  const takenBack = new Set<OrderId>();
  /** Signals that wait for nothing but the end of those. */
  const decided = new Set<EventId>();
  /** Settled before they were asked for, and by which event. */
  const early = new Map<EventId, number>();
  const waiting = new Map<EventId, PromiseWithResolvers<number>>();

  const settle = (signalId: EventId): void => {
    const waiter = waiting.get(signalId);
    if (waiter) waiter.resolve(readSequence);
    else early.set(signalId, readSequence);
  };

  const settling = async (signalId: EventId): Promise<number> => {
    const sequence = early.get(signalId);
    early.delete(signalId);
    if (sequence !== undefined) return sequence;
    if (failure !== undefined) throw failure;
    const waiter = Promise.withResolvers<number>();
    waiting.set(signalId, waiter);
    return waiter.promise.finally(() => waiting.delete(signalId));
  };

  const take = (event: JournalEvent): void => {
    switch (event.type) {
      case 'signal_skipped':
        decided.add(event.data.signalId);
        break;
      case 'order_intended':
        if (!isAskedFor(event)) break;
        decided.delete(event.data.signalId);
        signalOfOrder.set(event.data.orderId, event.data.signalId);
        break;
      case 'order_cancel_intended':
        takenBack.add(event.data.orderId);
        if (event.data.signalId !== undefined) decided.add(event.data.signalId);
        break;
      case 'order_accepted':
      case 'order_unknown':
        placed(event.data.orderId);
        break;
      case 'order_filled':
        if (event.data.complete) takenBack.delete(event.data.orderId);
        break;
      case 'order_rejected':
      case 'order_cancelled':
        placed(event.data.orderId);
        takenBack.delete(event.data.orderId);
        break;
      default:
        break;
    }
    // What comes next must not meet an order that is on its way out.
    if (takenBack.size > 0) return;
    for (const signalId of decided) settle(signalId);
    decided.clear();
  };

  const placed = (orderId: OrderId): void => {
    const signalId = signalOfOrder.get(orderId);
    signalOfOrder.delete(orderId);
    if (signalId !== undefined) decided.add(signalId);
  };

  const read = (message: StoredMessage): void => {
    readSequence = message.sequence;
    try {
      take(parseEvent(JournalEvent, message.body));
    } catch (err) {
      const { sequence, subject } = message;
      log.warn({ err, sequence, subject }, 'a journal event cannot be read');
    }
  };

  const readLetter = ({ body }: StoredMessage): void => {
    try {
      const letter = parseEvent(MessageDeadLettered, body);
      if (letter.data.stream === 'SIGNALS') settle(parseEvent(TradeSignal, letter.data.body).id);
    } catch {
      // A letter about what is no signal settles none.
    }
  };

  const fail = (error: unknown): void => {
    failure = error;
    for (const waiter of waiting.values()) waiter.reject(error);
  };

  const subscription = defer(() => journal.follow(readSequence))
    .pipe(
      retry({
        delay: (error) =>
          error instanceof TransientError ? timer(resubscribeMs) : throwError(() => error),
      }),
    )
    .subscribe({
      next: read,
      error: fail,
      complete: () => fail(new PermanentError('JOURNAL_ENDED', `${journal.prefix} was closed`)),
    });

  const letters = defer(deadLetters)
    .pipe(retry({ delay: resubscribeMs }))
    .subscribe({ next: readLetter, error: fail });

  return {
    async settled(signalId) {
      settledSequence = await settling(signalId);
    },
    get sequence() {
      return settledSequence;
    },
    [Symbol.dispose]: () => {
      subscription.unsubscribe();
      letters.unsubscribe();
    },
  };
}

/** Settled where each of several portfolios has settled it. Their journals share one stream, and so one count. */
export function settledByAll(each: readonly Settlements[]): Settlements {
  return {
    async settled(signalId) {
      await Promise.all(each.map((settlements) => settlements.settled(signalId)));
    },
    get sequence() {
      return Math.min(...each.map(({ sequence }) => sequence));
    },
    [Symbol.dispose]: () => {
      for (const settlements of each) settlements[Symbol.dispose]();
    },
  };
}

/** Protective orders bear the signal of the entry that they protect, which is settled long since. */
function isAskedFor({ data: { role } }: JournalEventOf<'order_intended'>): boolean {
  return role === undefined || role === 'entry' || role === 'exit';
}
