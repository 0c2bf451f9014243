import { tradingStateBucket, TradingStateEntry } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { concat, concatMap, defer, from, map, Observable, tap, type OperatorFunction } from 'rxjs';

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
  let isFollowed = false;

  const read = ({ key, value, revision }: Change): void => {
    unreadable.delete(key);
    entries.delete(key);
    if (value === undefined) return;
    const parsed = TradingStateEntry.safeParse(asJson(value));
    if (parsed.success) entries.set(key, { ...parsed.data, revision });
    else unreadable.add(key);
  };
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
          concat(
            defer(() => bucket.entries()).pipe(
              // Nothing may be decided on a bucket of which only some has been read.
              tap({
                next: () => entries.clear(),
                complete: () => {
                  isFollowed = true;
                  firstRead.resolve();
                },
              }),
              flatten(),
            ),
            bucket.watch(),
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
