import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@heliograph/contracts';
import { startedMessage, stoppedMessage } from '@heliograph/notifier';
import { z } from 'zod';
import { prepareDataFolder } from '../data-folder.ts';
import { readEnv } from '../options/env.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { feedOptions, readStrategy } from '../options/feed-options.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { introduce, startedRun } from '../introduction.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { readBrokerOptions, type BrokerOptions } from '../options/live-options.ts';
import { openMarket } from '../market.ts';
import { openOwnServer, outsideServer } from '../message-server.ts';
import { NatsAddressText } from '../options/nats-address.ts';
import { createCommandLog } from '../output/command-log.ts';
import { createRecentLog } from '../output/recent-log.ts';
import { count } from '../output/format.ts';
import { showRunProgress } from '../output/run-progress.ts';
import type { Terminal } from '../output/terminal.ts';
import { openPipeline, type Pipeline } from '../pipeline.ts';
import { readPortfolioOptions } from '../options/portfolios-file.ts';
import { programVersion } from '../program-version.ts';
import { runFactsOf } from '../run-facts.ts';
import { summariseRuns, summaryLines } from '../run-summary.ts';
import { besidesAlerts } from '../options/notifier-options.ts';
import { alertRoutes } from '../services/alert-routes.ts';
import { workerOptions } from '../options/worker-options.ts';
import { keepHeapSmall } from '../small-heap.ts';

const StartOptions = z.object({
  ...feedOptions,
  nats: NatsAddressText.optional(),
  dataDir: z.string().min(1, 'expected a folder'),
  db: z.string().min(1, 'expected a file').optional(),
  ...workerOptions,
  untilEnd: z.boolean().default(false),
});

/** How long a run that is at its end waits for alerts, which Telegram takes one a second. */
const alertsWithinMs = 30_000;
/** Ctrl-C means now: what is not told or logged by then is so at the next start. */
const drainWithinMs = 1_500;
/** Of a machine that has much else to do; Docker kills after ten seconds, and whoever cannot wait presses again. */
const stopWithinMs = 9_000;

/** All services in this process, over a NATS server of our own or one that runs already. */
export async function start(invocation: Invocation): Promise<ExitCode> {
  keepHeapSmall();
  const { terminal, json } = invocation;
  const options = readOptions(invocation, StartOptions);
  const { dataDir, untilEnd, db = join(dataDir, 'heliograph.sqlite') } = options;
  const { workers, partitions } = options;
  const env = readEnv();
  const portfolios = await readPortfolioOptions(invocation);
  refuseLive(readBrokerOptions(invocation, env));
  const routes = await alertRoutes(invocation, env, {
    write: (line) => (json ? terminal.note(line) : terminal.data(line)),
    colour: !json && terminal.colours,
  });
  const strategy = await readStrategy(invocation);
  const recent = createRecentLog();
  const log = createCommandLog({ terminal, recent, level: env.HELIOGRAPH_LOG_LEVEL ?? 'warn' });
  const market = await openMarket(invocation, { env, log, portfolios });
  await prepareDataFolder(dataDir);

  using interrupts = listenForInterrupts({ stopWithinMs, json });
  await using stack = new AsyncDisposableStack();
  const server = options.nats
    ? outsideServer(options.nats)
    : await openOwnServer(dataDir, { env, stack });
  const run = { market, strategy, portfolios, db };
  const pipeline = await openPipeline(
    {
      address: server.address,
      partitions,
      log,
      recent,
      stack,
      facts: runFactsOf(invocation, portfolios),
    },
    {
      ...run,
      routes,
      ...besidesAlerts(env),
      workers,
      onStarted: (engine, states) =>
        introduce(terminal, {
          ...run,
          engine,
          states,
          messages: server.description,
          alerts: routes
            .map(({ route, sink }) => route ?? alertsTo[sink.name] ?? sink.name)
            .join(', '),
        }),
    },
  );
  const { engine, runs, notifier } = pipeline;
  // On the terminal the introduction has said it.
  const isTold = routes.some(({ sink }) => sink.name !== 'terminal');
  if (isTold)
    void notifier.tell(
      startedMessage({ version: programVersion(), ...startedRun(run, runs) }, Date.now()),
      'run',
    );
  const { tally } = runs[0].followed;
  stack.use(
    showRunProgress(terminal, {
      engine,
      tally,
      total: market.kind === 'live' ? undefined : market.contents.candles,
    }),
  );

  const ended = untilEnd ? endOfRun(pipeline, terminal) : stayUp(pipeline, terminal);
  const reason = await Promise.race([ended, interrupts.first, pipeline.failed, server.lost]);
  await pipeline.stopTrading();
  const stopped = stoppedMessage({ mode: 'paper', reason: endings[reason] }, Date.now());
  await Promise.race([
    Promise.all([pipeline.caughtUp(), ...(isTold ? [notifier.tell(stopped, 'run')] : [])]),
    sleep(drainWithinMs, undefined, { ref: false }),
  ]);
  const summary = await summariseRuns(pipeline, db);
  await stack.disposeAsync();

  if (json) terminal.data(JSON.stringify(summary));
  else terminal.data(`\n${summaryLines(summary)}`);
  const { failures } = engine.progress;
  if (failures > 0) {
    terminal.note(`The strategy failed on ${count(failures)} candles; the first is told above.`);
    return exitCodes.findings;
  }
  if (summary.status === 'ended') return exitCodes.ok;
  terminal.note(`Stopped; all of it is in ${dataDir}, and the same command goes on from here.`);
  return reason === 'SIGINT' ? exitCodes.interrupted : exitCodes.ok;
}

/** Where the usual route leads. */
const alertsTo: Readonly<Record<string, string>> = { terminal: 'here', telegram: 'Telegram' };

const endings = {
  ended: 'The feed has ended',
  SIGINT: 'By Ctrl-C',
  SIGTERM: 'By SIGTERM',
} as const;

async function endOfRun(
  { runs, tradeLog, notifier }: Pipeline,
  terminal: Terminal,
): Promise<'ended'> {
  await allMarked(runs);
  await tradeLog.caughtUp();
  const told = await Promise.race([
    notifier.caughtUp().then(() => true),
    sleep(alertsWithinMs, false, { ref: false }),
  ]);
  if (!told) terminal.note('Some alerts are not told yet; the next start goes on with them.');
  return 'ended';
}

/** Never resolves: who did not ask for an end has to be asked to stop. */
async function stayUp({ runs, notifier }: Pipeline, terminal: Terminal): Promise<never> {
  await allMarked(runs);
  await notifier.caughtUp();
  terminal.note('The feed has ended; everything stays up until Ctrl-C.');
  return new Promise<never>(() => {});
}

function allMarked(runs: Pipeline['runs']): Promise<unknown> {
  return Promise.all(runs.map(({ followed }) => followed.marked));
}

function refuseLive(broker: BrokerOptions | undefined): void {
  if (broker)
    throw new UserError(
      '--mode live: start trades on paper, also the signals of a live market; `heliograph run execution --mode live` and `heliograph run signal-engine --mode live` trade for real',
    );
}
