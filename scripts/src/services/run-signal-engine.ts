import { canonicalJson } from '@heliograph/contracts';
import type { ConfiguredStrategy, SignalEngine } from '@heliograph/signal-engine';
import type { BasePortfolioOptions } from '../options/execution-options.ts';
import type { Market } from '../market.ts';
import { beat, openBus, type Surroundings } from './surroundings.ts';

export async function runSignalEngine(
  surroundings: Surroundings,
  options: {
    market: Market;
    strategy: ConfiguredStrategy;
    /** Those that trade its signals, the main one first. */
    portfolios: readonly [BasePortfolioOptions, ...BasePortfolioOptions[]];
    instance: string;
  },
): Promise<SignalEngine> {
  const { market, portfolios, strategy, instance } = options;
  const [main, ...others] = portfolios;
  const { stack } = surroundings;
  const { startLiveEngine, startSignalEngine } = await import('@heliograph/signal-engine');
  const bus = await openBus(surroundings, 'signal-engine');
  const log = surroundings.log.child({ service: 'signal-engine' });
  const common = { bus, strategy, instance, basePortfolio: main.portfolio, log };
  const engine = stack.use(
    await (market.kind === 'live'
      ? startLiveEngine({ ...common, ...market })
      : startSignalEngine({
          ...common,
          ...market,
          otherPortfolios: others.map(({ portfolio }) => portfolio),
          // Other settings make another run, with portfolios of its own.
          salt: canonicalJson(others.length === 0 ? main : portfolios),
        })),
  );
  beat(surroundings, bus, 'signal-engine');
  return engine;
}
