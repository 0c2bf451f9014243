import { PermanentError, TransientError } from '@heliograph/contracts';
import type { Bus, Delivery, StreamName } from '@heliograph/contracts/bus';
import type { Logger, Service } from '@heliograph/contracts/service';
import type { Database } from 'better-sqlite3';
import {
  BehaviorSubject,
  bufferTime,
  concatMap,
  defer,
  filter,
  firstValueFrom,
  lastValueFrom,
  map,
  of,
  ReplaySubject,
  retry,
  switchMap,
  takeUntil,
  tap,
  throwError,
  timer,
  type Observable,
} from 'rxjs';
import {
  createEventStore,
  streamRenewed,
  type Entry,
  type KnownStream,
} from './store/event-store.ts';
import { openStreams } from './tape/open-streams.ts';
import { loggedStreams, readEvent, type ReadEvent } from './store/read-event.ts';
import type { RunFacts } from './store/run-manifest.ts';

/**
 * How often the bus may hand a message out without an answer before it is given up: more often than to others. What kills a
 * trade log is hardly ever what it has to write down, and a message that is given up is missing in the log.
 */
export const tradeLogMaxDeliver = 100;

export interface TradeLogOptions {
  readonly bus: Pick<Bus, 'copies' | 'lastSequence' | 'read' | 'streamIdentity'>;
  /** From `openDatabase`. Whoever opened it closes it, once the service has stopped. */
  readonly database: Database;
  readonly log: Logger;
  /** What the log notes of this run. Default: nothing is noted. */
  readonly run?: RunFacts | undefined;
  /** Messages in one transaction. Default 500. */
  readonly maxBatch?: number;
  /** How long the first of them may wait for others. Default 20. */
  readonly maxWaitMs?: number;
}

export interface TradeLog extends Service {
  /** How many events it has written down. */
  logged(): number;
  /**
   * Resolves when all that the bus holds at the time of the call is written down.
   * @throws TransientError STOPPED when the service ends before that
   */
  caughtUp(): Promise<void>;
}

/** A message that was handed out, and what it says or why it says nothing. */
interface Taken extends Entry {
  readonly delivery: Delivery;
}

const sourceRetryMs = 1_000;
/** Well within the time after which the bus hands a message out again. */
const longestPauseMs = 1_500;

/**
 * Writes all that happens into the database: a batch in one transaction, then its acks. While the database cannot be
 * written it takes no more, keeps what it has, and goes on by itself.
 */
export function startTradeLog(options: TradeLogOptions): TradeLog {
  const { bus, database, log, maxBatch = 500, maxWaitMs = 20 } = options;
  const store = createEventStore(database);
  const stopping$ = new ReplaySubject<void>(1);
  const progress$ = new BehaviorSubject<void>(undefined);
  const held = new Set<Delivery>();
  const reached = new Map<StreamName, number>();
  let logged = 0;
  let failing: string | undefined;
  let begun = false;

  const take = (delivery: Delivery, streamId: number): Taken => {
    held.add(delivery);
    return { delivery, streamId, message: delivery.message, ...tryToRead(delivery) };
  };

  const copies = (known: ReadonlyMap<StreamName, KnownStream>): Observable<Taken> => {
    const after: Partial<Record<StreamName, number>> = {};
    for (const [name, { lastSequence }] of known) {
      after[name] = lastSequence;
      reached.set(name, lastSequence);
    }
    progress$.next();
    const consumer = `trade-log-${store.id}`;
    return bus
      .copies({ consumer, streams: loggedStreams, maxInFlight: 2 * maxBatch, after })
      .pipe(map((delivery) => take(delivery, known.get(delivery.message.stream)?.id ?? 0)));
  };

  /** A letter that cannot be stored leaves its message with the bus, which hands it out again. */
  const rejectInvalid = async (batch: readonly Taken[]): Promise<void> => {
    const rejections = batch.map(async ({ delivery, message, refusal: reason }) => {
      if (reason === undefined) return;
      const { stream, sequence, subject } = message;
      log.warn({ stream, sequence, subject, reason }, 'message is no event: dead letter');
      await delivery.reject(reason).catch((err: unknown) => {
        log.warn({ stream, sequence, err }, 'dead letter not stored');
      });
    });
    await Promise.all(rejections);
  };

  const keep = (batch: readonly Taken[]): Observable<number> =>
    defer(() => of(store.keep(batch))).pipe(
      retry({
        delay: (error: unknown, attempt) => {
          if (!(error instanceof TransientError) || error.code === streamRenewed)
            return throwError(() => error);
          // Once for each cause: a disk that is full may become one that is read-only.
          if (failing !== error.code)
            log.error({ err: error, code: error.code }, 'trade log cannot be written: waiting');
          failing = error.code;
          for (const delivery of held) delivery.working();
          return timer(Math.min(50 * 2 ** attempt, longestPauseMs)).pipe(takeUntil(stopping$));
        },
      }),
    );

  const settle = (batch: readonly Taken[], count: number): void => {
    if (failing !== undefined) log.info('trade log can be written again');
    failing = undefined;
    logged += count;
    for (const { delivery, message } of batch) {
      delivery.ack();
      held.delete(delivery);
      reached.set(message.stream, Math.max(reached.get(message.stream) ?? 0, message.sequence));
    }
    progress$.next();
  };

  const begin = (): void => {
    if (!begun && options.run) store.beginRun(options.run);
    begun = true;
  };

  /** The end of a run that cannot be written down is found by the next one, as a crash. */
  const end = (failure?: string): void => {
    try {
      store.endRun(failure);
    } catch (err) {
      log.warn({ err }, 'the end of this run of the trade log is not written down');
    }
  };

  const written$ = defer(() => {
    begin();
    return openStreams(bus, store);
  }).pipe(
    switchMap(copies),
    // Above the batching: what was taken when the stop came is still written.
    takeUntil(stopping$),
    bufferTime(maxWaitMs, undefined, maxBatch),
    filter((batch) => batch.length > 0),
    concatMap((batch) => {
      const valid = batch.every(({ refusal }) => refusal === undefined);
      return (valid ? of(undefined) : defer(() => rejectInvalid(batch))).pipe(
        switchMap(() => keep(batch)),
        tap((count) => settle(batch, count)),
      );
    }),
    retry({
      resetOnSuccess: true,
      delay: (error: unknown, attempt) => {
        if (!(error instanceof TransientError)) return throwError(() => error);
        if (attempt === 1)
          log.warn(
            { err: error, code: error.code },
            begun
              ? 'trade log begins again from its last event'
              : 'trade log cannot begin: waiting',
          );
        held.clear();
        return timer(sourceRetryMs).pipe(takeUntil(stopping$));
      },
    }),
  );

  const run = async (): Promise<void> => {
    try {
      await lastValueFrom(written$, { defaultValue: 0 });
    } catch (error) {
      end(error instanceof Error ? error.message : String(error));
      throw error;
    }
    end();
    if (held.size > 0)
      log.warn(
        { messages: held.size },
        'trade log ended before these were written: they come again',
      );
  };
  const finished = run();
  // Whoever awaits `finished` learns of it; whoever only stops the service need not.
  const ended = finished.catch(() => undefined).finally(() => progress$.complete());

  const stop = async (): Promise<void> => {
    stopping$.next();
    await ended;
  };

  return {
    name: 'trade-log',
    finished,
    stop,
    [Symbol.asyncDispose]: stop,
    logged: () => logged,
    async caughtUp() {
      const targets = await Promise.all(
        loggedStreams.map(async (name) => [name, await bus.lastSequence(name)] as const),
      );
      const done$ = progress$.pipe(
        filter(() => targets.every(([name, sequence]) => (reached.get(name) ?? 0) >= sequence)),
        map(() => true),
      );
      if (!(await firstValueFrom(done$, { defaultValue: false })))
        throw new TransientError('STOPPED', 'the trade log ended before it had caught up');
    },
  };
}

function tryToRead({ message }: Delivery): {
  read: ReadEvent | undefined;
  refusal: string | undefined;
} {
  try {
    return { read: readEvent(message), refusal: undefined };
  } catch (error) {
    if (error instanceof PermanentError)
      return { read: undefined, refusal: `${error.code}: ${error.message}` };
    throw error;
  }
}
