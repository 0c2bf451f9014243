import {
  executionGroup,
  liveTape,
  MarketEvent,
  Name,
  parseEvent,
  PermanentError,
  portfolioFor,
  TradeSignal,
  TransientError,
  UserError,
  type Mode,
  type PortfolioSettings,
} from '@heliograph/contracts';
import { handleEach, type Bus, type StoredMessage } from '@heliograph/contracts/bus';
import type { Logger, Service } from '@heliograph/contracts/service';
import {
  concat,
  concatMap,
  defer,
  from,
  interval,
  map,
  merge,
  mergeMap,
  race,
  retry,
  switchMap,
  take,
  tap,
  timer,
  type Observable,
} from 'rxjs';
import type { Broker } from '../brokers/broker.ts';
import { systemClock, type Clock } from '../clock.ts';
import { createDeskRegistry, portfoliosBucket } from './desk-registry.ts';
import { openDesk, type Desk } from './desk.ts';
import { listPortfolios } from './read-portfolio.ts';
import { createTradingStates } from './trading-states.ts';
import { createTrouble } from './trouble.ts';
import { asUnfit } from './unfit.ts';

const reconnectDelayMs = 1_000;
/** A worker that cannot read what may be traded takes signals all the same: exits must go on. */
const readStatesWithinMs = 5_000;

export interface ExecutionOptions {
  readonly bus: Bus;
  /** The base portfolio: it trades the live tape; each replay has one of its own beside it. */
  readonly portfolio: string;
  readonly mode: Mode;
  readonly settings: PortfolioSettings;
  /** Whether settings that differ from those of the journal are to be changed there. Default: false. */
  readonly changeSettings?: boolean;
  /** Connects to the venue of a live portfolio; without it everything is traded on paper accounts. */
  readonly openBroker?: () => Promise<Broker>;
  /** Names this worker among those that share the queue group. */
  readonly worker: string;
  readonly log: Logger;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** How soon a worker looks after the orders of one that is no more. Default: 1,000. */
  readonly sweepEveryMs?: number;
  /** How often a live portfolio is compared with its venue. Default: 30,000. */
  readonly compareEveryMs?: number;
}

/**
 * An execution worker: takes its share of the signals, decides each once for its portfolio and trades it. It stops by
 * itself, `finished` rejecting with a UserError, when it must not trade a portfolio that it is asked to: its settings or
 * its version are not the portfolio's, the journal is damaged, the venue refuses the keys. The signal then goes to another
 * worker. Only a replay that cannot be traded beside a live portfolio is left alone, its signals as dead letters.
 */
export function startExecution(options: ExecutionOptions): Service {
  const {
    bus,
    portfolio: base,
    mode,
    worker,
    log,
    clock = systemClock,
    sweepEveryMs = 1_000,
  } = options;
  if (mode === 'live' && !options.openBroker)
    throw new UserError('a live portfolio needs a venue: name one, or trade on paper');
  const { promise: finished, resolve, reject } = Promise.withResolvers<void>();
  const inFlight = new Set<Promise<void>>();
  const trouble = createTrouble(log);
  const states = createTradingStates(bus);
  const desks = createDeskRegistry(bus, base, (name, tape) =>
    openDesk({
      ...options,
      name,
      base,
      tape,
      states,
      // A replayed signal never reaches a venue.
      openBroker: tape === liveTape && mode === 'live' ? options.openBroker : undefined,
      source: `execution/${worker}`,
      clock,
    }),
  );

  const closing = (name: string): void => {
    desks.close(name).catch(() => undefined);
  };
  /** Replays that cannot be traded, and why. */
  const leftAlone = new Map<string, string>();
  /** What came of trading a portfolio: what it means for whoever waits for it, and for this worker. */
  const judged = async (failure: unknown, name: string): Promise<unknown> => {
    const unfit = asUnfit(failure);
    if (!unfit) return failure;
    const hasLive = name === base || mode === 'live' || (await desks.isRegistered(base));
    if (name === base || !hasLive) {
      reject(unfit);
      return new TransientError('WORKER_UNFIT', unfit.message, { cause: failure });
    }
    if (!leftAlone.has(name))
      log.error({ err: failure, portfolio: name }, 'a replay is left alone');
    leftAlone.set(name, unfit.message);
    closing(name);
    return new PermanentError('PORTFOLIO_UNFIT', unfit.message, { cause: failure });
  };

  const tracked = (work: Promise<void>): Promise<void> => {
    const settled = work.catch(() => undefined).finally(() => inFlight.delete(settled));
    inFlight.add(settled);
    return work;
  };
  const forPortfolio = async (name: string, work: () => Promise<void>): Promise<void> => {
    const why = leftAlone.get(name);
    if (why !== undefined) throw new PermanentError('PORTFOLIO_UNFIT', why);
    try {
      await work();
    } catch (error) {
      throw await judged(error, name);
    }
  };

  const trade = async (signal: TradeSignal): Promise<void> => {
    const tape = signal.data.tape?.id ?? liveTape;
    const name = portfolioFor(base, tape);
    if (!Name.safeParse(name).success)
      throw new PermanentError('PORTFOLIO_NAME', `the tape's portfolio would be called ${name}`);
    await forPortfolio(name, async () => {
      const desk = await desks.desk(name, tape);
      await desk.take(signal);
      if (desk.isDone) await desks.close(name);
    });
  };

  const endTape = async (message: StoredMessage): Promise<void> => {
    const event = parseEvent(MarketEvent, message.body);
    if (event.type !== 'tape_ended' || event.data.tape.id === liveTape) return;
    const tape = event.data.tape.id;
    const name = portfolioFor(base, tape);
    if (await desks.isMarked(name)) return;
    await forPortfolio(name, async () => {
      const desk = await desks.desk(name, tape);
      await desk.endTape(event, message.sequence);
      await desks.markDone(name, tape);
    });
  };

  /** One that cannot be dealt with stops none of the others; only a bus that is away is waited for. */
  const unlessHopeless =
    <T>(what: string, work: (item: T) => Promise<void>) =>
    async (item: T): Promise<void> => {
      try {
        await work(item);
      } catch (error) {
        if (error instanceof TransientError) throw error;
        log.warn({ err: error }, `${what} left alone`);
      }
    };

  /** Keeps a desk for what other workers trade, so that their orders are looked after when they are gone. */
  const follow = unlessHopeless(
    'a portfolio is',
    async ({ key, value }: { key: string; value: string | undefined }) => {
      // The live one is opened as `venue` anyway.
      if (leftAlone.has(key) || (key === base && mode === 'live')) return;
      try {
        await desks.onEntry(key, value);
      } catch (error) {
        // Nobody has asked for a replay's trades yet.
        throw key === base ? await judged(error, key) : error;
      }
    },
  );
  const end = unlessHopeless('the end of a tape is', endTape);

  // Whoever has just begun would take what it has not read yet for a halt.
  const statesAreRead$ = race(states.firstRead, timer(readStatesWithinMs)).pipe(take(1));
  const signals$ = statesAreRead$.pipe(
    switchMap(() => bus.queue({ group: executionGroup(base) })),
    tap(() => trouble.over('signals')),
    handleEach({
      concurrency: Infinity,
      parse: ({ body }) => parseEvent(TradeSignal, body),
      async handle(signal, { message: { subject } }) {
        await tracked(trade(signal));
        trouble.over(`taking ${subject}`);
      },
      onError(error, { message: { stream, sequence, subject } }) {
        const context = { stream, sequence };
        if (error instanceof TransientError) trouble.failed(`taking ${subject}`, error, context);
        else log.error({ err: error, ...context }, 'signal not taken');
      },
    }),
  );
  /** The bucket may have been lost: what a journal tells of has to be looked after all the same. */
  const listed$ = defer(() => listPortfolios(bus)).pipe(
    concatMap((portfolios) => from(portfolios)),
    map(({ name, ...entry }) => ({ key: name, value: JSON.stringify(entry) })),
  );
  const portfolios$ = defer(() => bus.bucket(portfoliosBucket)).pipe(
    concatMap((bucket) => concat(listed$, bucket.watch())),
    concatMap((entry) => tracked(follow(entry))),
  );
  const ends$ = bus
    .read({ stream: 'MARKET', subject: 'market.tape.*', follow: true })
    .pipe(concatMap((message) => tracked(end(message))));
  /** A live portfolio is compared with its venue before the first signal comes. */
  const venue$ = defer(async () => {
    if (mode === 'live')
      await tracked(
        forPortfolio(base, async () => {
          await desks.desk(base, liveTape);
        }),
      );
  });
  /** Every desk for itself: none waits for another, or fails with it. */
  const atEachDesk = (what: string, work: (desk: Desk) => Promise<void>) => {
    const busy = new Set<Desk>();
    return async (): Promise<void> => {
      const free = [...desks.openDesks()].filter(([, desk]) => !busy.has(desk));
      await Promise.all(
        free.map(async ([name, desk]) => {
          busy.add(desk);
          try {
            await forPortfolio(name, () => work(desk));
            trouble.over(`${what} of ${name}`);
          } catch (error) {
            trouble.failed(`${what} of ${name}`, error);
          }
          busy.delete(desk);
        }),
      );
    };
  };
  const states$ = states.changes$.pipe(
    concatMap(atEachDesk('trading state', (desk) => desk.followStates())),
  );
  const sweeps$ = interval(sweepEveryMs).pipe(
    mergeMap(atEachDesk('sweep', (desk) => desk.sweep())),
  );

  /** A part that fails is begun again: each of them converges from the start. */
  const supervised = (part: string, stream$: Observable<unknown>): Observable<unknown> =>
    stream$.pipe(
      tap({ next: () => trouble.over(part), complete: () => trouble.over(part) }),
      retry({
        delay: (error: unknown) => {
          trouble.failed(part, error);
          return timer(reconnectDelayMs);
        },
        resetOnSuccess: true,
      }),
    );
  const running = merge(
    supervised('venue', venue$),
    supervised('signals', signals$),
    supervised('portfolios', portfolios$),
    supervised('ends of tapes', ends$),
    supervised('trading states', states$),
    supervised('sweep', sweeps$),
  ).subscribe({ error: reject });
  finished.catch(() => running.unsubscribe());

  const stop = async (): Promise<void> => {
    running.unsubscribe();
    await Promise.all(inFlight);
    await desks[Symbol.asyncDispose]();
    resolve();
  };
  return { name: 'execution', finished, stop, [Symbol.asyncDispose]: stop };
}
