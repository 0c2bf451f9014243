import type { PortfolioSettings } from '@heliograph/contracts';
import type { Service } from '@heliograph/contracts/service';
import type { Notifier, Sink } from '@heliograph/notifier';
import type { ConfiguredStrategy, Feed, SignalEngine, Speed } from '@heliograph/signal-engine';
import type { TradeLog } from '@heliograph/trade-log';
import { followRun, type FollowedRun } from './follow-run.ts';
import {
  firstFailure,
  openBus,
  runExecution,
  runNotifier,
  runSignalEngine,
  runTradeLog,
  type Surroundings,
} from './services.ts';

export interface PipelineOptions {
  readonly db: string;
  readonly sink: Sink;
  /** How many execution workers. */
  readonly workers: number;
  readonly feed: Feed;
  readonly strategy: ConfiguredStrategy;
  readonly portfolio: string;
  readonly settings: PortfolioSettings;
  readonly speed: Speed;
  readonly pace: 'settled' | 'free';
  /** Called with the engine at once, before it has done anything that others could tell of. */
  readonly onStarted: (engine: SignalEngine) => void;
}

/** All services of a run in one process. */
export interface Pipeline {
  readonly tradeLog: TradeLog;
  readonly notifier: Notifier;
  readonly engine: SignalEngine;
  readonly followed: FollowedRun;
  /** Rejects when a service cannot go on; never resolves. */
  readonly failed: Promise<never>;
  /** Resolves when all that has happened is logged and told. */
  caughtUp(): Promise<unknown>;
  /** Stops what makes events. */
  stopTrading(): Promise<void>;
}

/** Whoever consumes is started before whoever produces. Everything goes on the stack. */
export async function openPipeline(
  surroundings: Surroundings,
  { db, sink, workers: count, onStarted, ...run }: PipelineOptions,
): Promise<Pipeline> {
  const { portfolio, settings } = run;
  const { stack } = surroundings;
  const tradeLog = await runTradeLog(surroundings, db);
  const notifier = await runNotifier(surroundings, sink);
  const workers: Service[] = [];
  for (let number = 1; number <= count; number++) {
    const worker = `worker-${number}`;
    workers.push(await runExecution(surroundings, { portfolio, settings, worker }));
  }
  const bus = await openBus(surroundings, 'start');
  const engine = await runSignalEngine(surroundings, { ...run, instance: 'start' });
  onStarted(engine);
  const followed = stack.use(followRun(bus, engine.portfolio));
  return {
    tradeLog,
    notifier,
    engine,
    followed,
    failed: firstFailure([tradeLog, notifier, ...workers, engine]),
    caughtUp: () => Promise.all([tradeLog.caughtUp(), notifier.caughtUp()]),
    async stopTrading() {
      await engine.stop();
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}
