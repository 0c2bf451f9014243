import {
  journalPrefix,
  JournalEvent,
  parseEvent,
  toMs,
  TradeSignal,
  type EventId,
} from '@heliograph/contracts';
import type { Bus, StoredMessage } from '@heliograph/contracts/bus';
import { draftOf } from '@heliograph/execution';
import { defer, lastValueFrom, map, mergeMap, retry, toArray } from 'rxjs';
import { createTally, type Tally } from './tally.ts';

/** A portfolio's journal as it is written, from its beginning. */
export interface FollowedRun extends Disposable {
  readonly tally: Tally;
  /** Resolves when the tape has ended and the portfolio is drawn up. */
  readonly marked: Promise<void>;
  /** Resolves when all that is written by now is in the tally. */
  caughtUp(): Promise<void>;
  /** From the writing of each signal to the writing of its order, ms. */
  latencies(tape: string): Promise<Latencies>;
}

export interface Latencies {
  readonly p50: number | null;
  readonly p99: number | null;
}

const reconnectDelayMs = 1_000;

export function followRun(bus: Bus, portfolio: string): FollowedRun {
  const tally = createTally();
  const intended = new Map<EventId, number>();
  const { promise: marked, resolve, reject } = Promise.withResolvers<void>();
  marked.catch(() => undefined);
  let sequence = 0;

  const read = (message: StoredMessage): void => {
    if (message.sequence <= sequence) return;
    sequence = message.sequence;
    const event = parseEvent(JournalEvent, message.body);
    tally.add(draftOf(event));
    if (event.type === 'order_intended')
      intended.set(event.data.signalId, toMs(event.recordedtime));
    if (event.type === 'portfolio_marked') resolve();
  };
  const subscription = defer(() => bus.log(journalPrefix(portfolio)).follow(sequence))
    .pipe(map(read), retry({ delay: reconnectDelayMs, resetOnSuccess: true }))
    .subscribe({ error: reject });

  return {
    tally,
    marked,
    async caughtUp() {
      for (const message of await bus.log(journalPrefix(portfolio)).readAfter(sequence))
        read(message);
    },
    async latencies(tape) {
      const delays = await lastValueFrom(
        bus.read({ stream: 'SIGNALS' }).pipe(
          mergeMap(({ body }) => signalsOf(tape, body)),
          mergeMap(({ id, recordedtime }) => {
            const orderedMs = intended.get(id);
            return orderedMs === undefined ? [] : [orderedMs - toMs(recordedtime)];
          }),
          toArray(),
        ),
      );
      delays.sort((a, b) => a - b);
      return { p50: percentile(delays, 0.5), p99: percentile(delays, 0.99) };
    },
    [Symbol.dispose]: () => subscription.unsubscribe(),
  };
}

/** The signal in a message, if it is one and of that tape. */
function signalsOf(tape: string, body: string): TradeSignal[] {
  // Other tapes may have a million: only what names this one is worth parsing.
  if (!body.includes(tape)) return [];
  try {
    const signal = parseEvent(TradeSignal, body);
    return signal.data.tape?.id === tape ? [signal] : [];
  } catch {
    return [];
  }
}

/** By nearest rank, of values in their order. */
function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}
