import {
  type Candle,
  deterministicId,
  liveTape,
  portfolioFor,
  timeframeMs,
  toTime,
  type Mode,
  type TradeSignal,
} from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFailureReports } from './failure-reports.ts';
import type { Instrument } from './feeds/feed.ts';
import { inStep } from './feeds/live/in-step.ts';
import { createAlarm } from './alarm.ts';
import type { LiveFeed, LiveInstant } from './feeds/live/live-feed.ts';
import { aheadMs, createMarketWatch } from './feeds/live/market-watch.ts';
import { lastPublished, type Published } from './last-published.ts';
import { signalMessage } from './messages.ts';
import { createPublisher } from './publisher.ts';
import type { SignalEngine, SignalEngineProgress } from './signal-engine.ts';
import { exitLife } from './signal-of-intent.ts';
import { createSignalMachine } from './signals.ts';
import type { ConfiguredStrategy } from './strategies/define-strategy.ts';
import { createTapeTally } from './tape-tally.ts';
import { withRetry } from './with-retry.ts';

const stopGraceMs = 2_000;
const watchEveryMs = 1_000;
/** How long a candle waits for those of other symbols, where a strategy looks at them. */
const longestWaitMs = 5_000;

export interface LiveEngineOptions {
  readonly bus: Bus;
  readonly feed: LiveFeed;
  readonly strategy: ConfiguredStrategy;
  readonly basePortfolio: string;
  readonly mode: Mode;
  /** How many candles the strategy sees before its first signal. */
  readonly warmUp: number;
  /** Told apart from other engines in logs and events. */
  readonly instance: string;
  readonly log: Logger;
  /** The wall clock, epoch ms. */
  readonly nowMs?: () => number;
}

/**
 * Plays a market to a strategy as it happens, on the tape `live`. The strategy first sees candles from before, of which
 * nothing is published. An engine that begins again goes on behind the last candle that is on the bus: those it has missed
 * are published, and their signals, which execution skips where they have expired; the signals of the last one are
 * published once more, in case it died between the two. Their ids do not depend on the engine, so that two on the same
 * data make each signal once.
 */
export async function startLiveEngine(options: LiveEngineOptions): Promise<SignalEngine> {
  const { bus, feed, strategy, log, nowMs = Date.now } = options;
  const startedMs = nowMs();
  const source = `signal-engine/${options.instance}`;
  const stopping = new AbortController();
  const abandoned = new AbortController();
  const { signal } = abandoned;
  const publisher = createPublisher({
    bus,
    tape: liveTape,
    source,
    settlements: undefined,
    signal,
    log,
  });
  const report = createAlarm({ publish: publisher.tell, source, log, nowMs });
  const watch = createMarketWatch(feed.instruments, startedMs);
  /** Those behind a hole. */
  const careful = new WeakSet<Candle>();
  /** Where those are that others have published. */
  const places = new WeakMap<Candle, number>();
  const failures = createFailureReports({
    strategy,
    origin: { tape: liveTape, source },
    publish: publisher.tell,
    log,
  });
  const machine = createSignalMachine({
    strategy,
    tape: liveTape,
    mode: options.mode,
    runId: deterministicId('live', source, toTime(startedMs)),
    source,
    instruments: feed.instruments,
    mayOpen: (candle) => !careful.has(candle),
    onError: failures.add,
  });
  const published = new Map<string, Published>();
  for (const instrument of feed.isOnBus === true ? [] : feed.instruments) {
    const last = await lastPublished(bus, instrument, startedMs + aheadMs);
    if (last) published.set(keyOf(instrument), last);
  }
  const tally = createTapeTally();
  let status: SignalEngineProgress['status'] = 'running';

  /** What was on the bus before is only shown to the strategy. */
  const boundaryOf = (instrument: Instrument): number =>
    feed.isOnBus === true
      ? // What others have published is no record of what was made of it here: what can still be acted on is said again.
        startedMs - exitLife * timeframeMs(instrument.timeframe)
      : (published.get(keyOf(instrument))?.closeMs ?? startedMs);
  const spansMs = feed.instruments.map(({ timeframe }) => timeframeMs(timeframe));
  // Whoever looks at longer candles has to have seen enough of those.
  const longestMs = Math.max(...spansMs, ...strategy.needs.timeframes.map(timeframeMs));
  const afterMs = Math.min(...feed.instruments.map(boundaryOf)) - (options.warmUp + 1) * longestMs;

  /** Counts what this run makes, without what it has only looked at. */
  let sequence = 0;
  const numbered = (signals: readonly TradeSignal[]): TradeSignal[] =>
    signals.map((each) => ({ ...each, sequence: ++sequence }));

  const publishSignals = async (signals: readonly TradeSignal[], place: number): Promise<void> => {
    for (const each of signals) {
      const message = signalMessage(each, place);
      await withRetry(() => bus.publish(message), {
        signal,
        onFailure: (err, delayMs) => log.warn({ err, delayMs }, 'publishing failed, trying again'),
      });
    }
  };

  /** The feed without what nobody may trade on. */
  async function* judged(): AsyncGenerator<LiveInstant> {
    const { signal: until } = stopping;
    for await (const instant of feed.instants({ afterMs, signal: until, bus, log, report })) {
      const candles = instant.candles.filter((candle) => {
        const { verdict, troubles } = watch.judge(candle, nowMs());
        // What was before is history.
        if (candle.closeTime > boundaryOf(candle)) troubles.forEach(report);
        if (verdict === 'careful') careful.add(candle);
        if (instant.sequence !== undefined) places.set(candle, instant.sequence);
        return verdict !== 'drop';
      });
      if (candles.length > 0) yield { time: instant.time, candles };
    }
  }

  const play = async (): Promise<void> => {
    const instants = judged();
    const { instruments } = feed;
    const waitMs = Math.min(longestWaitMs, ...spansMs.map((spanMs) => spanMs / 2));
    // Who looks at other symbols must see them alike, whichever candle comes first.
    const seen =
      strategy.needs.symbols.length > 0 ? inStep(instants, { instruments, waitMs }) : instants;
    for await (const { time, candles } of seen) {
      const signals = machine.onInstant({ time, candles }, nowMs());
      const signalsOf = (some: readonly Candle[]) =>
        signals.filter(({ data }) => some.some(({ symbol }) => symbol === data.symbol));
      for (const candle of candles) {
        const last = published.get(keyOf(candle));
        if (last && time === last.closeMs)
          await publishSignals(numbered(signalsOf([candle])), last.sequence);
      }
      const fresh = candles.filter((candle) => time > boundaryOf(candle));
      if (fresh.length === 0) continue;
      const step = { instant: { time, candles: fresh }, signals: numbered(signalsOf(fresh)) };
      const placed = fresh.flatMap((candle) => places.get(candle) ?? []);
      // What is on the bus already is not published a second time.
      if (placed.length === 0) await publisher.release(step);
      else await publishSignals(step.signals, Math.max(...placed));
      tally.add(step.instant, step.signals.length);
    }
    await publisher.stored();
    status = 'stopped';
  };

  const watching = setInterval(
    () => watch.check(nowMs(), performance.now()).forEach(report),
    watchEveryMs,
  );
  watching.unref();

  const finished = play()
    .catch((err: unknown) => {
      status = 'stopped';
      log.error({ err }, 'the signal engine cannot go on');
      throw err;
    })
    .finally(() => {
      clearInterval(watching);
      abandoned.abort();
    });
  // It has been logged; whoever wants to act on it awaits it.
  finished.catch(() => {});

  const stop = async (): Promise<void> => {
    stopping.abort();
    const grace = setTimeout(() => abandoned.abort(), stopGraceMs);
    await Promise.race([
      finished.catch(() => {}),
      sleep(2 * stopGraceMs, undefined, { ref: false }),
    ]);
    clearTimeout(grace);
  };

  return {
    name: 'signal-engine',
    tape: liveTape,
    portfolio: portfolioFor(options.basePortfolio, liveTape),
    resumed: published.size > 0,
    get progress() {
      const { candles, signals, instant } = tally;
      return { status, candles, signals, instant, failures: failures.count };
    },
    finished,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function keyOf({ venue, symbol, timeframe }: Instrument): string {
  return `${venue} ${symbol} ${timeframe}`;
}
