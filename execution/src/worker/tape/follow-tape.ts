import { TransientError } from '@heliograph/contracts';
import type { Bus, StoredMessage } from '@heliograph/contracts/bus';
import { concatMap, defer, retry, type Subscription } from 'rxjs';
import { itemIn, type TapeItem } from '../../paper/tape.ts';

const reconnectDelayMs = 1_000;

/** Follows MARKET from one place on, one message after the other. */
export interface TapeFollower {
  /** The last message that has been worked off. */
  readonly reachedSequence: number;
  start(handlers: {
    /** A candle, or a trade as a candle of no length. */
    onPrice(item: TapeItem, sequence: number): Promise<void>;
    onOther(sequence: number): Promise<void>;
    /** A handler has failed; the next message follows all the same. */
    onError(error: unknown): void;
  }): void;
  /**
   * Resolves once everything up to that place has been worked off. What MARKET does not hold (a number out of the air, or
   * a tail that a power cut took) is not waited for.
   * @throws TransientError DESK_CLOSED when it is stopped before that: nobody may decide on what was not seen
   */
  reached(sequence: number): Promise<void>;
  stop(): Promise<void>;
}

export async function followTape(
  bus: Bus,
  { tape, kind, after }: { tape: string; kind: 'candle' | 'print'; after: number },
): Promise<TapeFollower> {
  let reachedSequence = after;
  let subscription: Subscription | undefined;
  const waiting = new Set<PromiseWithResolvers<void> & { sequence: number }>();
  let stopped = false;
  const closed = (): TransientError =>
    new TransientError('DESK_CLOSED', `tape ${tape} is no longer followed here`);

  const reach = (sequence: number): void => {
    reachedSequence = sequence;
    for (const waiter of waiting)
      if (waiter.sequence <= sequence) {
        waiting.delete(waiter);
        waiter.resolve();
      }
  };

  return {
    get reachedSequence() {
      return reachedSequence;
    },
    start({ onPrice, onOther, onError }) {
      const work = async (message: StoredMessage): Promise<void> => {
        const item = itemIn(message, tape);
        try {
          if (item?.type === kind) await onPrice(item, message.sequence);
          else await onOther(message.sequence);
        } catch (error) {
          onError(error);
        }
        reach(message.sequence);
      };
      subscription = defer(() =>
        bus.read({ stream: 'MARKET', from: { sequence: reachedSequence + 1 }, follow: true }),
      )
        .pipe(concatMap(work), retry({ delay: reconnectDelayMs, resetOnSuccess: true }))
        .subscribe({ error: onError });
    },
    async reached(sequence) {
      if (sequence <= reachedSequence) return;
      const there = Math.min(sequence, await bus.lastSequence('MARKET'));
      if (there <= reachedSequence) return;
      if (stopped) throw closed();
      const waiter = { sequence: there, ...Promise.withResolvers<void>() };
      waiting.add(waiter);
      await waiter.promise;
    },
    async stop() {
      stopped = true;
      subscription?.unsubscribe();
      for (const { reject } of waiting) reject(closed());
      waiting.clear();
    },
  };
}
