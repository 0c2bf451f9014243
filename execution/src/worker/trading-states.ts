import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError, tradingStateBucket, TradingStateEntry } from '@heliograph/contracts';
import type { Bucket, Bus } from '@heliograph/contracts/bus';
import {
  concat,
  concatMap,
  defer,
  exhaustMap,
  from,
  ignoreElements,
  interval,
  map,
  merge,
  Observable,
  tap,
  type OperatorFunction,
} from 'rxjs';

/** A bucket that is deleted, or put back from a backup, tells nobody who watches it. */
const checkEveryMs = 5_000;
const settleMs = 1_000;

/** An entry of the bucket as it was last read. */
export interface WantedState extends TradingStateEntry {
  readonly revision: number;
}

/** What people and breakers want of the portfolios, as the bucket says it. */
export interface TradingStates {
  /** Follows the bucket; gives the portfolio of each entry that is read. */
  readonly changes$: Observable<string>;
  /** Resolves once the bucket has been read for the first time. */
  readonly firstRead: Promise<void>;
  /** The entries of those portfolios, in the order in which they were written. */
  wanted(portfolios: readonly string[]): readonly WantedState[];
  /** Whether what it says can be relied on: the bucket is followed and the entries make sense. */
  isReadable(portfolios: readonly string[]): boolean;
  /** Writes down what a breaker has done, unless that stands there or somebody else has written in the meantime. */
  put(portfolio: string, entry: TradingStateEntry): Promise<void>;
}

export function createTradingStates(bus: Bus): TradingStates {
  const entries = new Map<string, WantedState>();
  const unreadable = new Set<string>();
  const firstRead = Promise.withResolvers<void>();
  /** Every entry as it was heard: a bucket that was made anew counts from the start. */
  const heard = new Map<string, string>();
  let isFollowed = false;

  const read = ({ key, value, revision }: Change): void => {
    unreadable.delete(key);
    entries.delete(key);
    heard.delete(key);
    if (value === undefined) return;
    heard.set(key, `${revision} ${value}`);
    const parsed = TradingStateEntry.safeParse(asJson(value));
    if (parsed.success) entries.set(key, { ...parsed.data, revision });
    else unreadable.add(key);
  };
  const forget = (): void => {
    entries.clear();
    unreadable.clear();
    heard.clear();
  };
  const isKnown = async (bucket: Bucket): Promise<boolean> => {
    const there = await bucket.entries();
    return (
      there.length === heard.size &&
      there.every(({ key, revision, value }) => heard.get(key) === `${revision} ${value}`)
    );
  };
  /** Fails when the bucket is not what was heard of it. */
  const checked = (bucket: Bucket): Observable<never> =>
    interval(checkEveryMs).pipe(
      exhaustMap(async () => {
        for (let tries = 0; !(await isKnown(bucket)); tries++) {
          if (tries === 3)
            throw new TransientError(
              'BUCKET_STALE',
              'the trading states are not what was heard of them',
            );
          await sleep(settleMs);
        }
      }),
      ignoreElements(),
    );
  const followed = (change$: Observable<Change>): Observable<string> =>
    new Observable<Change>((subscriber) => {
      subscriber.add(() => (isFollowed = false));
      return change$.subscribe(subscriber);
    }).pipe(
      tap(read),
      map(({ key }) => key),
    );

  return {
    changes$: defer(() => bus.bucket(tradingStateBucket)).pipe(
      concatMap((bucket) =>
        followed(
          merge(
            concat(
              defer(() => bucket.entries()).pipe(
                // Nothing may be decided on a bucket of which only some has been read.
                tap({
                  next: forget,
                  complete: () => {
                    isFollowed = true;
                    firstRead.resolve();
                  },
                }),
                flatten(),
              ),
              bucket.watch(),
            ),
            checked(bucket),
          ),
        ),
      ),
    ),
    firstRead: firstRead.promise,
    wanted: (portfolios) =>
      portfolios
        .flatMap((portfolio) => entries.get(portfolio) ?? [])
        .toSorted((a, b) => a.revision - b.revision),
    isReadable: (portfolios) =>
      isFollowed && !portfolios.some((portfolio) => unreadable.has(portfolio)),
    async put(portfolio, entry) {
      const known = entries.get(portfolio);
      if (known?.state === entry.state && known.reason === entry.reason) return;
      const bucket = await bus.bucket(tradingStateBucket);
      const value = JSON.stringify(entry);
      const revision = await bucket.update(portfolio, value, known?.revision ?? 0);
      if (revision !== undefined) read({ key: portfolio, value, revision });
    },
  };
}

interface Change {
  readonly key: string;
  readonly value: string | undefined;
  readonly revision: number;
}

function flatten<T>(): OperatorFunction<readonly T[], T> {
  return concatMap((items) => from(items));
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
