import {
  type EventId,
  JournalEvent,
  type OrderId,
  parseEvent,
  PermanentError,
  TransientError,
} from '@heliograph/contracts';
import type { FencedLog, StoredMessage } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import { defer, retry, throwError, timer } from 'rxjs';

/** Which signals a portfolio has dealt with, read from its journal. */
export interface Settlements extends Disposable {
  /**
   * Resolves when the signal was skipped or the outcome of placing its order is known; to be asked once for each
   * signal. Rejects when the journal cannot be read any more.
   */
  settled(signalId: EventId): Promise<void>;
  /** The last event of the journal that was taken into account. */
  readonly sequence: number;
}

const resubscribeMs = 1_000;

/** Follows a portfolio's journal from after that sequence. */
export function followSettlements(journal: FencedLog, after: number, log: Logger): Settlements {
  let sequence = after;
  let failure: unknown;
  const signalOfOrder = new Map<OrderId, EventId>();
  const early = new Set<EventId>();
  const waiting = new Map<EventId, PromiseWithResolvers<void>>();

  const settle = (signalId: EventId): void => {
    const waiter = waiting.get(signalId);
    if (waiter) waiter.resolve();
    else early.add(signalId);
  };

  const take = (event: JournalEvent): void => {
    if (event.type === 'signal_skipped') settle(event.data.signalId);
    else if (event.type === 'order_intended')
      signalOfOrder.set(event.data.orderId, event.data.signalId);
    else if (
      event.type === 'order_accepted' ||
      event.type === 'order_rejected' ||
      event.type === 'order_cancelled' ||
      event.type === 'order_unknown'
    ) {
      const signalId = signalOfOrder.get(event.data.orderId);
      signalOfOrder.delete(event.data.orderId);
      if (signalId !== undefined) settle(signalId);
    }
  };

  const read = (message: StoredMessage): void => {
    sequence = message.sequence;
    try {
      take(parseEvent(JournalEvent, message.body));
    } catch (err) {
      log.warn({ err, sequence, subject: message.subject }, 'a journal event cannot be read');
    }
  };

  const fail = (error: unknown): void => {
    failure = error;
    for (const waiter of waiting.values()) waiter.reject(error);
  };

  const subscription = defer(() => journal.follow(sequence))
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

  return {
    async settled(signalId) {
      if (early.delete(signalId)) return;
      if (failure !== undefined) throw failure;
      const waiter = Promise.withResolvers<void>();
      waiting.set(signalId, waiter);
      await waiter.promise.finally(() => waiting.delete(signalId));
    },
    get sequence() {
      return sequence;
    },
    [Symbol.dispose]: () => subscription.unsubscribe(),
  };
}
