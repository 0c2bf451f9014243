import { hostname } from 'node:os';
import { Name, UserError } from '@heliograph/contracts';
import type { Service } from '@heliograph/contracts/service';
import { z } from 'zod';
import { readEnv, type Env } from '../options/env.ts';
import type { BasePortfolioOptions } from '../options/execution-options.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { feedOptions, readStrategy } from '../options/feed-options.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { readBrokerOptions } from '../options/live-options.ts';
import { besidesAlerts } from '../options/notifier-options.ts';
import { NatsAddressText } from '../options/nats-address.ts';
import { createCommandLog } from '../output/command-log.ts';
import { createRecentLog } from '../output/recent-log.ts';
import { readPortfolioOptions } from '../options/portfolios-file.ts';
import { runFactsOf } from '../run-facts.ts';
import { alertRoutes } from '../services/alert-routes.ts';
import { runNotifier } from '../services/run-notifier.ts';
import { runSignalEngine } from '../services/run-signal-engine.ts';
import { runTradeLog } from '../services/run-trade-log.ts';
import { runWebhook } from '../services/run-webhook.ts';
import { runWorkers, sideBySide } from '../services/run-workers.ts';
import { firstFailure, type Surroundings } from '../services/surroundings.ts';
import { readWebhookOptions } from '../options/webhook-options.ts';
import { workerOptions } from '../options/worker-options.ts';

const RunOptions = z.object({
  ...feedOptions,
  ...workerOptions,
  nats: z
    .string({ error: 'name the NATS server, e.g. --nats nats://127.0.0.1:4222 (or set NATS_URL)' })
    .pipe(NatsAddressText),
  worker: Name.default(
    () =>
      `${hostname()
        .replaceAll(/[^A-Za-z0-9]/g, '')
        .slice(0, 40)}-${process.pid}`,
  ),
  db: z.string().min(1, 'expected a file'),
  changeSettings: z.boolean().default(false),
});
type RunOptions = z.infer<typeof RunOptions>;

const stopWithinMs = 10_000;

/** One or more services in this process, together with others over one NATS server. */
export async function run(invocation: Invocation): Promise<ExitCode> {
  const options = readOptions(invocation, RunOptions);
  const env = readEnv();
  using interrupts = listenForInterrupts({ stopWithinMs, json: invocation.json });
  await using stack = new AsyncDisposableStack();
  const { terminal } = invocation;
  const recent = createRecentLog();
  const log = createCommandLog({ terminal, recent, level: env.HELIOGRAPH_LOG_LEVEL ?? 'info' });
  const { nats: address, partitions } = options;
  const surroundings = { address, partitions, log, recent, stack, facts: runFactsOf(invocation) };
  const services: Service[] = [];
  for (const [name, begin] of Object.entries(starters))
    if (invocation.words.includes(name)) {
      services.push(...(await begin({ invocation, options, env, surroundings })));
      log.info({ service: name, worker: options.worker }, 'started');
    }

  const engine = services.find(({ name }) => name === 'signal-engine');
  const endings = [interrupts.first, firstFailure(services)];
  const reason = await Promise.race(
    engine && services.length === 1 ? [...endings, engine.finished] : endings,
  );
  await stack.disposeAsync();
  log.info('stopped');
  return reason === 'SIGINT' ? exitCodes.interrupted : exitCodes.ok;
}

/** An exchange is asked for the orders of named symbols, and nothing else is ever traded there. */
function refuseWithoutSymbols(portfolios: readonly BasePortfolioOptions[]): void {
  const without = portfolios.find(
    ({ settings }) => settings.risk.symbols === undefined && !settings.shadow,
  );
  if (!without) return;
  throw new UserError(
    `--mode live: say which symbols ${without.portfolio} trades, as in {"symbols": ["BTC/USDT"]} in the file of --risk`,
  );
}

/** What is sold on a spot account must be there: a short, or more than there is, would be the coins of its owner. */
function refuseMargin(portfolios: readonly BasePortfolioOptions[]): void {
  for (const { portfolio, settings } of portfolios) {
    const { shadow, shorting, leverage = 1 } = settings;
    if (shadow || !(shorting || leverage > 1)) continue;
    const what = shorting ? '--shorting' : '--leverage';
    throw new UserError(
      `${what}: ${portfolio} trades a spot account, which would sell the coins that its owner has: say --market-type swap or future, or trade on paper`,
      { exitCode: 2 },
    );
  }
}

interface Start {
  readonly invocation: Invocation;
  readonly options: RunOptions;
  readonly env: Env;
  readonly surroundings: Surroundings;
}

/** In the order of starting: who consumes comes before who produces, and is stopped after it. */
const starters: Readonly<Record<string, (start: Start) => Promise<Service[]>>> = {
  'trade-log': async ({ options, surroundings }) => [await runTradeLog(surroundings, options.db)],
  notifier: async ({ invocation, env, surroundings }) => {
    const { terminal } = invocation;
    const { colours: colour } = terminal;
    const write = (line: string): void => terminal.data(line);
    const routes = await alertRoutes(invocation, env, { write, colour });
    return [await runNotifier(surroundings, { routes, ...besidesAlerts(env) })];
  },
  execution: async ({ invocation, options, env, surroundings }) => {
    const { worker, workers: count, changeSettings } = options;
    const workers =
      count === 1 ? [worker] : Array.from({ length: count }, (_, at) => `${worker}-${at + 1}`);
    const portfolios = await readPortfolioOptions(invocation);
    const broker = readBrokerOptions(invocation, env);
    if (broker) {
      refuseWithoutSymbols(portfolios);
      if (broker.marketType === 'spot') refuseMargin(portfolios);
    }
    const trading = { portfolios, workers, changeSettings };
    const running = await runWorkers({ ...surroundings, broker }, trading);
    return portfolios.length > 1 ? sideBySide(running, surroundings.log) : running;
  },
  webhook: async ({ invocation, options, env, surroundings }) => {
    const webhook = await runWebhook(surroundings, {
      ...(await readWebhookOptions(invocation, env)),
      instance: options.worker,
    });
    surroundings.log.info({ address: webhook.address }, 'alerts are taken');
    return [webhook];
  },
  'signal-engine': async ({ invocation, options, env, surroundings }) => {
    const portfolios = await readPortfolioOptions(invocation);
    const strategy = await readStrategy(invocation);
    const { openMarket } = await import('../market.ts');
    const market = await openMarket(invocation, { env, log: surroundings.log, portfolios });
    const engine = await runSignalEngine(surroundings, {
      market,
      strategy,
      portfolios,
      instance: options.worker,
    });
    return [engine];
  },
};
