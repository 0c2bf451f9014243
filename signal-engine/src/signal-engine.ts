import {
  deterministicId,
  executionGroup,
  journalPrefix,
  portfolioFor,
  subjects,
} from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import type { Logger, Service } from '@heliograph/contracts/service';
import { setTimeout as sleep } from 'node:timers/promises';
import { concatMap, fromEvent, lastValueFrom, takeUntil } from 'rxjs';
import { createFailureReports } from './failure-reports.ts';
import type { Feed, Instant } from './feeds/feed.ts';
import { instantsOf, pullThrough } from './pipeline.ts';
import { createPublisher } from './publisher.ts';
import { releaseAtSpeed, type Speed } from './release-at-speed.ts';
import { openRun } from './run-record.ts';
import { followSettlements, settledByAll, type Settlements } from './settlements.ts';
import { createSignalMachine, type Step } from './signals.ts';
import type { ConfiguredStrategy } from './strategies/define-strategy.ts';
import { createTapeTally } from './tape-tally.ts';
import { withRetry } from './with-retry.ts';

const checkpointEveryMs = 1_000;
/** How long a stopping engine works on the instant in hand; what is not done by then is done again at the next start. */
const stopGraceMs = 2_000;
const lastCheckpointMs = 1_000;

export interface SignalEngineOptions {
  readonly bus: Bus;
  readonly feed: Feed;
  readonly strategy: ConfiguredStrategy;
  /** The portfolio that trades live tapes; this tape's own is named after it. */
  readonly basePortfolio: string;
  /** More that trade the same signals: a signal is settled once all of them have settled it. Default: none. */
  readonly otherPortfolios?: readonly string[];
  /** `settled`: each signal waits until the portfolio's journal has settled the one before it. */
  readonly pace: 'settled' | 'free';
  readonly speed: Speed;
  /** Whatever else makes a run another one, e.g. the portfolio's settings. */
  readonly salt?: string;
  /** Told apart from other engines in logs and events. */
  readonly instance: string;
  readonly log: Logger;
}

export interface SignalEngineProgress {
  /** `stopped` can be resumed; `ended` has published all. */
  readonly status: 'running' | 'stopped' | 'ended';
  /** Of the whole pass, what was published before it was resumed included. */
  readonly candles: number;
  readonly signals: number;
  /** The last instant that is done, epoch ms. */
  readonly instant: number | undefined;
  /** On how many candles the strategy has failed in this process. */
  readonly failures: number;
}

export interface SignalEngine extends Service {
  readonly tape: string;
  /** The portfolio that trades this tape. */
  readonly portfolio: string;
  /** Whether it goes on with a pass that was begun before. */
  readonly resumed: boolean;
  readonly progress: SignalEngineProgress;
}

/**
 * Plays a feed to a strategy and publishes the candles and the signals on a tape of their own. A run is named by the
 * feed, the strategy, its parameters and the salt: one that was stopped or killed goes on where it was, one that had
 * ended is played anew on a new tape. Bus failures that may pass are waited out; any other makes `finished` reject.
 */
export async function startSignalEngine(options: SignalEngineOptions): Promise<SignalEngine> {
  const { bus, feed, strategy, log } = options;
  const key = deterministicId(
    'run',
    feed.identity,
    strategy.name,
    strategy.version,
    strategy.configHash,
    options.salt ?? '',
  );
  const run = await openRun(await bus.bucket('runs'), key);
  const tape = `${key.slice(0, 12)}-${run.pass}`;
  const portfolio = portfolioFor(options.basePortfolio, tape);
  const source = `signal-engine/${options.instance}`;
  const stopping = new AbortController();
  const abandoned = new AbortController();

  const settlementsOf = (base: string): Settlements =>
    followSettlements(
      bus.log(journalPrefix(portfolioFor(base, tape))),
      () =>
        bus.read({
          stream: 'DEAD_LETTERS',
          subject: subjects.deadLetter(executionGroup(base)),
          follow: true,
        }),
      run.resumed.journalSequence,
      log,
    );
  const settlements =
    options.pace === 'settled'
      ? settledByAll([options.basePortfolio, ...(options.otherPortfolios ?? [])].map(settlementsOf))
      : undefined;
  const { signal } = abandoned;
  const publisher = createPublisher({ bus, tape, source, settlements, signal, log });
  const failures = createFailureReports({
    strategy,
    origin: { tape, source },
    publish: publisher.tell,
    log,
  });
  const machine = createSignalMachine({
    strategy,
    tape,
    mode: 'paper',
    runId: tape,
    source,
    instruments: feed.instruments,
    onError: failures.add,
  });

  const tally = createTapeTally();
  let status: SignalEngineProgress['status'] = 'running';

  /** What is not published yet. What is, goes through the strategy once more, so that it knows what it knew. */
  async function* remainingChunks(): AsyncGenerator<readonly Instant[]> {
    const published = run.resumed.instant ?? -Infinity;
    for await (const chunk of feed.chunks()) {
      if (stopping.signal.aborted) return;
      const seen = chunk.filter(({ time }) => time <= published);
      for (const { instant, signals } of machine.decide(seen, Date.now))
        tally.add(instant, signals.length);
      yield chunk.slice(seen.length);
    }
  }

  /** What comes as fast as it can is decided ahead. */
  async function* remainingSteps(): AsyncGenerator<Step> {
    const chunks =
      options.speed === 'max'
        ? remainingChunks()
        : oneByOne(releaseAtSpeed(instantsOf(remainingChunks()), options.speed, stopping.signal));
    for await (const chunk of chunks)
      for (const step of machine.decide(chunk, Date.now)) {
        if (stopping.signal.aborted) return;
        yield step;
      }
  }

  const save = async (reached: 'running' | 'ended'): Promise<void> => {
    const { candles, signals, instant = null } = tally;
    // Stopped before it had caught up: what is recorded is further than what it has seen.
    if ((instant ?? -Infinity) < (run.resumed.instant ?? -Infinity)) return;
    const journalSequence = settlements?.sequence ?? 0;
    await publisher.stored();
    await run.save({ status: reached, instant, journalSequence, candles, signals });
  };

  const saveUntilDone = (reached: 'running' | 'ended'): Promise<void> =>
    withRetry(() => save(reached), {
      signal,
      onFailure: (err, delayMs) => log.warn({ err, delayMs }, 'no checkpoint, trying again'),
    });

  let savedMs = performance.now();
  const release = async ({ instant, signals }: Step): Promise<void> => {
    await publisher.release({ instant, signals });
    tally.add(instant, signals.length);
    if (performance.now() - savedMs < checkpointEveryMs) return;
    await saveUntilDone('running');
    savedMs = performance.now();
  };

  const play = async (): Promise<void> => {
    const played$ = pullThrough(remainingSteps(), concatMap(release));
    await lastValueFrom(played$.pipe(takeUntil(fromEvent(signal, 'abort'))), {
      defaultValue: undefined,
    });
    if (stopping.signal.aborted) {
      const tooLong = sleep(lastCheckpointMs, undefined, { ref: false });
      await Promise.race([save('running'), tooLong]).catch((err: unknown) =>
        log.warn({ err }, 'no checkpoint at the end: the next start repeats a little more'),
      );
      status = 'stopped';
    } else {
      await publisher.end(tally);
      await saveUntilDone('ended');
      status = 'ended';
    }
  };

  const finished = play()
    .catch((err: unknown) => {
      status = 'stopped';
      log.error({ err, tape }, 'the signal engine cannot go on');
      throw err;
    })
    .finally(() => {
      abandoned.abort();
      settlements?.[Symbol.dispose]();
    });
  // It has been logged; whoever wants to act on it awaits it.
  finished.catch(() => {});

  const stop = async (): Promise<void> => {
    stopping.abort();
    const grace = setTimeout(() => abandoned.abort(), stopGraceMs);
    await finished.catch(() => {});
    clearTimeout(grace);
  };

  return {
    name: 'signal-engine',
    tape,
    portfolio,
    resumed: run.resumed.instant !== null,
    get progress() {
      const isBehind = (tally.instant ?? -Infinity) < (run.resumed.instant ?? -Infinity);
      const { candles, signals, instant } = isBehind ? run.resumed : tally;
      return { status, candles, signals, instant: instant ?? undefined, failures: failures.count };
    },
    finished,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function* oneByOne(instants: AsyncIterable<Instant>): AsyncGenerator<readonly Instant[]> {
  for await (const instant of instants) yield [instant];
}
