import { portfolioFor } from '@heliograph/contracts';
import type { AlertRoute, Notifier } from '@heliograph/notifier';
import type { ConfiguredStrategy, SignalEngine } from '@heliograph/signal-engine';
import type { TradeLog } from '@heliograph/trade-log';
import { readTradingStates, type TradingStates } from './control/trading-state.ts';
import type { Market } from './market.ts';
import type { BasePortfolioOptions } from './options/execution-options.ts';
import { followRun, type FollowedRun } from './follow-run.ts';
import type { BesidesAlerts } from './options/notifier-options.ts';
import { runNotifier } from './services/run-notifier.ts';
import { runSignalEngine } from './services/run-signal-engine.ts';
import { runTradeLog } from './services/run-trade-log.ts';
import { runWorkers } from './services/run-workers.ts';
import { firstFailure, openBus, type Surroundings } from './services/surroundings.ts';

export interface PipelineOptions extends BesidesAlerts {
  readonly db: string;
  readonly routes: readonly [AlertRoute, ...AlertRoute[]];
  /** How many execution workers for each portfolio. */
  readonly workers: number;
  readonly market: Market;
  readonly strategy: ConfiguredStrategy;
  /** The main one first: it is the one whose progress is shown. */
  readonly portfolios: readonly [BasePortfolioOptions, ...BasePortfolioOptions[]];
  /** Called with the engine at once, before it has done anything that others could tell of. */
  readonly onStarted: (engine: SignalEngine, states: TradingStates) => void;
}

/** All services of a run in one process. */
export interface Pipeline {
  readonly tradeLog: TradeLog;
  readonly notifier: Notifier;
  readonly engine: SignalEngine;
  /** What became of each portfolio, in their order. */
  readonly runs: readonly [PortfolioRun, ...PortfolioRun[]];
  /** Rejects when a service cannot go on; never resolves. */
  readonly failed: Promise<never>;
  /** Resolves when all that has happened is logged and told. */
  caughtUp(): Promise<unknown>;
  /** Stops what makes events. */
  stopTrading(): Promise<void>;
}

/** A base portfolio and its own on the tape of this run. */
export interface PortfolioRun extends BasePortfolioOptions {
  /** The portfolio of the tape. */
  readonly name: string;
  readonly followed: FollowedRun;
}

/** Whoever consumes is started before whoever produces. Everything goes on the stack. */
export async function openPipeline(
  surroundings: Surroundings,
  {
    db,
    routes,
    telegram,
    health,
    summaries,
    locale,
    workers: count,
    onStarted,
    ...run
  }: PipelineOptions,
): Promise<Pipeline> {
  const { portfolios } = run;
  const { stack } = surroundings;
  const tradeLog = await runTradeLog(surroundings, db);
  const notifier = await runNotifier(surroundings, { routes, telegram, health, summaries, locale });
  const names = Array.from({ length: count }, (_, at) => `worker-${at + 1}`);
  const workers = await runWorkers(surroundings, { portfolios, workers: names });
  const bus = await openBus(surroundings, 'start');
  const engine = await runSignalEngine(surroundings, { ...run, instance: 'start' });
  onStarted(engine, (await readTradingStates(bus)).kept);
  const runOf = (base: BasePortfolioOptions): PortfolioRun => {
    const name = portfolioFor(base.portfolio, engine.tape);
    return { ...base, name, followed: stack.use(followRun(bus, name)) };
  };
  const [main, ...others] = portfolios;
  return {
    tradeLog,
    notifier,
    engine,
    runs: [runOf(main), ...others.map(runOf)],
    failed: firstFailure([tradeLog, notifier, ...workers, engine]),
    caughtUp: () => Promise.all([tradeLog.caughtUp(), notifier.caughtUp()]),
    async stopTrading() {
      await engine.stop();
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}
