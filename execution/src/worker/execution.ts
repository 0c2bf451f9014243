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
  concatMap,
  defer,
  exhaustMap,
  interval,
  merge,
  race,
  retry,
  switchMap,
  take,
  timer,
  type Observable,
} from 'rxjs';
import type { Broker } from '../brokers/broker.ts';
import { createDeskRegistry, portfoliosBucket } from './desk-registry.ts';
import { openDesk } from './desk.ts';
import { createTradingStates } from './trading-states.ts';

/** How soon a worker looks after the orders of one that is no more. */
const sweepEveryMs = 1_000;
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
  /** The wall clock, epoch ms. */
  readonly nowMs?: () => number;
}

/**
 * An execution worker: takes its share of the signals, decides each once for its portfolio and trades it. It stops by
 * itself, `finished` rejecting with a UserError, when its settings are not those of a portfolio that it is asked to
 * trade; the signal then goes to another worker.
 */
export function startExecution(options: ExecutionOptions): Service {
  const { bus, portfolio: base, mode, worker, log, nowMs = Date.now } = options;
  if (mode === 'live' && !options.openBroker)
    throw new UserError('a live portfolio needs a venue: name one, or trade on paper');
  const { promise: finished, resolve, reject } = Promise.withResolvers<void>();
  const inFlight = new Set<Promise<void>>();
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
      nowMs,
    }),
  );

  const tracked = (work: Promise<void>): Promise<void> => {
    const fit = work.catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      reject(error);
      throw new TransientError('WORKER_UNFIT', error.message, { cause: error });
    });
    const settled = fit.catch(() => undefined).finally(() => inFlight.delete(settled));
    inFlight.add(settled);
    return fit;
  };

  const trade = async (signal: TradeSignal): Promise<void> => {
    const tape = signal.data.tape?.id ?? liveTape;
    const name = portfolioFor(base, tape);
    if (!Name.safeParse(name).success)
      throw new PermanentError('PORTFOLIO_NAME', `the tape's portfolio would be called ${name}`);
    const desk = await desks.desk(name, tape);
    await desk.take(signal);
    if (desk.isDone) await desks.close(name);
  };

  const endTape = async (message: StoredMessage): Promise<void> => {
    const event = parseEvent(MarketEvent, message.body);
    if (event.type !== 'tape_ended' || event.data.tape.id === liveTape) return;
    const tape = event.data.tape.id;
    const name = portfolioFor(base, tape);
    if (await desks.isMarked(name)) return;
    const desk = await desks.desk(name, tape);
    await desk.endTape(event, message.sequence);
    await desks.markDone(name, tape);
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
    ({ key, value }: { key: string; value: string | undefined }) => desks.onEntry(key, value),
  );
  const end = unlessHopeless('the end of a tape is', endTape);

  // Whoever has just begun would take what it has not read yet for a halt.
  const statesAreRead$ = race(states.firstRead, timer(readStatesWithinMs)).pipe(take(1));
  const signals$ = statesAreRead$.pipe(
    switchMap(() => bus.queue({ group: executionGroup(base) })),
    handleEach({
      concurrency: Infinity,
      parse: ({ body }) => parseEvent(TradeSignal, body),
      handle: (signal) => tracked(trade(signal)),
      onError: (error, { message }) =>
        log.error(
          { err: error, stream: message.stream, sequence: message.sequence },
          'signal not taken',
        ),
    }),
  );
  const portfolios$ = defer(() => bus.bucket(portfoliosBucket)).pipe(
    concatMap((bucket) => bucket.watch()),
    concatMap((entry) => tracked(follow(entry))),
  );
  const ends$ = bus
    .read({ stream: 'MARKET', subject: 'market.tape.*', follow: true })
    .pipe(concatMap((message) => tracked(end(message))));
  /** A live portfolio is compared with its venue before the first signal comes. */
  const venue$ = defer(async () => {
    if (mode === 'live') await tracked(desks.desk(base, liveTape).then(() => undefined));
  });
  const states$ = states.changes$.pipe(
    concatMap(() =>
      Promise.all(desks.openDesks().map(async (desk) => (await desk).followStates())),
    ),
  );
  const sweeps$ = interval(sweepEveryMs).pipe(
    exhaustMap(() => Promise.all(desks.openDesks().map(async (desk) => (await desk).sweep()))),
  );

  /** A part that fails is begun again: each of them converges from the start. */
  const supervised = (part: string, stream$: Observable<unknown>): Observable<unknown> =>
    stream$.pipe(
      retry({
        delay: (error: unknown) => {
          log.warn({ err: error, part }, 'begun again');
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

  const stop = async (): Promise<void> => {
    running.unsubscribe();
    await Promise.all(inFlight);
    await desks[Symbol.asyncDispose]();
    resolve();
  };
  return { name: 'execution', finished, stop, [Symbol.asyncDispose]: stop };
}
