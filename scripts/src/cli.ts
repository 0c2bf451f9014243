import { Argument, Command, Option } from 'commander';
import { measureNames } from './bench/measure.ts';
import { controlCommands } from './control/commands.ts';
import type { Definition } from './definition.ts';
import type { Invocation } from './invocation.ts';
import {
  candlesFlag,
  changeSettingsFlag,
  alertFlags,
  dataCheckFlags,
  dataDirFlag,
  dbFlag,
  loggedCandlesFlag,
  downloadFlags,
  executionFlags,
  feedFlags,
  webhookFlags,
  instrumentFlags,
  natsFlag,
  queryFlags,
  repeatable,
  reportFlag,
  strategyFlags,
  watchFlag,
  workerFlags,
} from './flags.ts';
import { logCommands } from './log-commands.ts';
import { createTerminal } from './output/terminal.ts';
import { programVersion } from './program-version.ts';

/** The command line. Only its grammar is loaded here: each command's code comes when it is asked for. */
export function createProgram(): Command {
  const program = new Command('heliograph')
    .description('Candles become signals, signals become paper trades, exactly once.')
    .version(programVersion(), '-V, --version')
    .option('--json', 'data as JSON on standard output')
    .addOption(
      new Option(
        '--config <file>',
        'options, as JSON or TypeScript (default: heliograph.config.ts, .js or .json of this folder)',
      ).env('HELIOGRAPH_CONFIG'),
    )
    .option('--quiet', 'no progress and no notes on standard error')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeErr: () => {} })
    .addHelpText('after', examples(['start', 'backtest --candles BTC_USDT-1m.csv.gz', 'trades']));

  define(program, {
    name: 'start',
    summary: 'run the whole pipeline in one process',
    options: [
      ...feedFlags,
      ...strategyFlags,
      watchFlag,
      ...executionFlags,
      ...workerFlags,
      ...alertFlags,
      natsFlag('an outside NATS server (default: one of our own)'),
      dataDirFlag(),
      new Option(
        '--db <file>',
        'the trade log (default: heliograph.sqlite in the data folder)',
      ).env('HELIOGRAPH_DB'),
      new Option('--until-end', 'stop at the end of the feed and print what came of it'),
    ],
    examples: [
      'start',
      'start --feed BTC_USDT-1m.csv.gz --until-end --json',
      'start --feed trades:BTC_USDT-trades.csv.gz:1m',
      'start --feed simulate:BTC/USDT,ETH/USDT:1m:seed=7:candles=100000 --speed max',
      'start --feed ccxt:binance:BTC/USDT,ETH/USDT:1m',
      'start --feed my-candles.csv --symbol ETH/USDT --timeframe 5m --speed 300',
    ],
    load: async () => (await import('./commands/start.ts')).start,
  });
  define(program, {
    name: 'run',
    summary: 'run some of the services against a NATS server',
    argument: new Argument('<service...>', 'which').choices([
      'signal-engine',
      'webhook',
      'execution',
      'notifier',
      'trade-log',
    ]),
    options: [
      natsFlag('the NATS server, e.g. nats://127.0.0.1:4222'),
      new Option('--worker <name>', 'names this process among those of its kind'),
      ...feedFlags,
      ...strategyFlags,
      ...executionFlags,
      ...workerFlags,
      ...alertFlags,
      changeSettingsFlag,
      dbFlag,
      ...webhookFlags,
    ],
    examples: [
      'run execution --nats nats://127.0.0.1:4222',
      'run trade-log notifier --nats nats://127.0.0.1:4222 --db trades.sqlite',
      'run signal-engine --nats nats://127.0.0.1:4222 --feed BTC_USDT-1m.csv.gz --speed max',
      'run signal-engine --nats nats://127.0.0.1:4222 --feed nats:binance:BTC/USDT:1m',
      'run webhook --nats nats://127.0.0.1:4222 --listen 127.0.0.1:8080',
    ],
    load: async () => (await import('./commands/run.ts')).run,
  });
  define(program, {
    name: 'backtest',
    summary: 'play candles through the same strategy and execution, without a server',
    options: [
      candlesFlag,
      ...instrumentFlags,
      loggedCandlesFlag,
      dbFlag,
      ...strategyFlags,
      watchFlag,
      ...executionFlags,
      new Option('--monte-carlo <runs>', 'draw its trades again by chance so many times'),
      new Option('--seed <number>', 'of that').default('1'),
      reportFlag,
    ],
    examples: [
      'backtest --candles BTC_USDT-1m.csv.gz',
      'backtest --candles trades:BTC_USDT-trades.csv.gz:1m',
      'backtest --candles simulate:BTC/USDT:1m:seed=7:candles=1000000',
      'backtest --candles BTC_USDT-1m.csv.gz --resample 1h --monte-carlo 1000',
      'backtest --run paper-x2dszzyct4ig-1 --param fast=5',
      'backtest --candles candles/ --param fast=5 --param slow=20 --stake all --json',
    ],
    load: async () => (await import('./commands/backtest.ts')).backtest,
  });
  define(program, {
    name: 'grid',
    summary: 'try combinations of parameters, and the best on candles that it has not seen',
    options: [
      candlesFlag,
      ...instrumentFlags,
      loggedCandlesFlag,
      dbFlag,
      ...strategyFlags,
      repeatable(
        new Option(
          '--grid <name=values>',
          'what is tried: fast=5,10,20 or fast=5..50:5; repeatable',
        ),
      ),
      new Option('--by <figure>', 'what the best has most of').default('netPnl'),
      new Option('--keep-back <part>', 'the last part is not chosen on but tried on, as 30%'),
      new Option(
        '--walk-forward <folds>',
        'so many times: choose on a part, try on what follows it, a third as long',
      ),
      new Option('--threads <count>', 'how many at once (default: as many as processors)'),
      new Option('--limit <count>', 'the best so many').default('20'),
      ...executionFlags,
    ],
    examples: [
      'grid --candles BTC_USDT-1m.csv.gz --grid fast=5..30:5 --grid slow=20..120:20 --keep-back 30%',
      'grid --candles candles/ --grid fast=5,10 --grid slow=30,60 --walk-forward 5 --by sqn --json',
      'grid --run paper-x2dszzyct4ig-1 --grid fast=5..30:5 --keep-back 30%',
    ],
    load: async () => (await import('./commands/grid.ts')).grid,
  });
  define(program, {
    name: 'check-lookahead',
    summary: 'prove that a strategy does not know what comes after; exit 3 when it does',
    options: [
      candlesFlag,
      ...instrumentFlags,
      ...strategyFlags,
      watchFlag,
      new Option('--limit <count>', 'the first so many candles of each symbol').default('5000'),
    ],
    examples: [
      'check-lookahead --candles BTC_USDT-1m.csv.gz --strategy ./mine.ts',
      'check-lookahead --candles candles/ --strategy macd --param fast=8 --json',
    ],
    load: async () => (await import('./commands/check-lookahead.ts')).checkLookaheadOf,
  });
  define(program, {
    name: 'download',
    summary: 'bring the candles of an exchange into files; what was interrupted goes on',
    options: downloadFlags,
    examples: [
      'download --venue binance --symbol BTC/USDT --timeframe 1m --from 2024-01-01',
      'download --symbol BTC/USDT,ETH/USDT --timeframe 1h --from 90d --out candles/',
      'download --venue kraken --symbol BTC/USD --timeframe 1d --from 2020-01-01 --out BTC_USD-1d-kraken.csv',
    ],
    load: async () => (await import('./commands/download.ts')).download,
  });
  define(program.command('data').description('look after candle files'), {
    name: 'check',
    summary:
      'gaps, repeats, disorder, impossible candles, jumps, a wrong timeframe; exit 3 where there are any',
    argument: new Argument('<path...>', 'candle file or folder of them'),
    options: dataCheckFlags,
    examples: [
      'check BTC_USDT-1m.csv.gz',
      'check candles/ --json',
      'check SPY-1d.csv --ignore gap',
    ].map((line) => `data ${line}`),
    load: async () => (await import('./commands/data-check.ts')).dataCheck,
  });
  define(program, {
    name: 'replay',
    summary: 'play a logged run again, unchanged or with other settings',
    options: [
      dbFlag,
      streamsFlag,
      new Option('--run <id>', 'the portfolio or the run to replay (default: the latest)'),
      new Option('--from <time>', 'only what happened at or after it, RFC 3339 or a date'),
      new Option('--to <time>', 'only what happened before it'),
      new Option('--from-sequence <number>', 'the same by place in the stream MARKET'),
      new Option('--to-sequence <number>', 'and up to that place, included'),
      new Option('--speed <factor>', 'how much faster than real time, to watch (default: max)'),
      repeatable(new Option('--set <name=value>', 'change a setting; repeatable')),
      new Option('--compare', 'also with the settings as they were: what differs, and why'),
      reportFlag,
    ],
    examples: [
      'replay',
      'replay --set risk.maxPositions=3 --set feeBps=2 --json',
      'replay --set stake=500 --compare',
      'replay --nats nats://127.0.0.1:4222 --speed 600',
    ],
    load: async () => (await import('./commands/replay.ts')).replay,
  });
  define(program, {
    name: 'verify',
    summary:
      'decide a logged run again and compare every decision; exit 3 with the first difference',
    options: [
      dbFlag,
      streamsFlag,
      new Option('--run <id>', 'the portfolio or the run to verify, or all (default: the latest)'),
    ],
    examples: ['verify', 'verify --run all --json'],
    load: async () => (await import('./commands/verify.ts')).verify,
  });
  define(program, {
    name: 'compare',
    summary: 'two portfolios of a log, trade by trade, such as a live one and its shadow',
    options: [
      dbFlag,
      streamsFlag,
      new Option('--run <id>', 'the first portfolio or run (default: the latest)'),
      new Option('--with <id>', 'the second one'),
    ],
    examples: ['compare --run live --with shadow', 'compare --run paper --with careful --json'],
    load: async () => (await import('./commands/compare.ts')).compare,
  });
  define(program, {
    name: 'trace',
    summary: "a signal's story, from its candle to the closed trade, with the times between",
    argument: new Argument('<id>', 'of the signal, of one of its orders or of a trade'),
    options: [dbFlag, streamsFlag],
    examples: ['trace m3qe', 'trace h2k7vq… --json'],
    load: async () => (await import('./commands/trace.ts')).trace,
  });
  define(program, {
    name: 'migrate',
    summary: 'bring a log that an older version has written up to date',
    options: [dbFlag],
    examples: ['migrate --db old.sqlite'],
    load: async () => (await import('./commands/migrate.ts')).migrate,
  });
  for (const [name, summary] of [
    ['signals', 'the signals of a portfolio and what became of them'],
    ['orders', 'its orders and their fills'],
    ['trades', 'its closed trades'],
    ['positions', 'what it holds'],
  ] as const)
    define(program, {
      name,
      summary,
      options: [
        dbFlag,
        ...queryFlags,
        new Option('--symbol <symbol>', 'only this one'),
        ...(name === 'positions'
          ? []
          : [
              new Option('--strategy <name>', 'only those of this one'),
              new Option('--from <time>', 'only since then, RFC 3339 or a date'),
              new Option('--to <time>', 'only before then'),
            ]),
        new Option('--limit <count>', 'the latest so many').default('50'),
        csvFlag,
      ],
      examples: [
        name,
        `${name} --symbol BTC/USDT --limit 10 --json`,
        `${name} --portfolio all --csv`,
      ],
      load: async () => (await import('./commands/lists.ts'))[name],
    });
  define(program, {
    name: 'performance',
    summary: 'what a portfolio has won and lost',
    options: [
      dbFlag,
      ...queryFlags,
      new Option('--limit <count>', 'with --portfolio all, the latest so many (default: all)'),
      csvFlag,
    ],
    examples: [
      'performance',
      'performance --portfolio paper --json',
      'performance --portfolio all --limit 10 --csv',
    ],
    load: async () => (await import('./commands/performance.ts')).performance,
  });
  define(program, {
    name: 'new-strategy',
    summary: 'write a strategy with its test into a folder of its own',
    argument: new Argument('<folder>', 'which; its name is the name of the strategy'),
    options: [],
    examples: ['new-strategy my-idea', 'new-strategy ~/strategies/my-idea'],
    load: async () => (await import('./commands/new-strategy.ts')).newStrategy,
  });
  define(program, {
    name: 'config',
    summary: 'what a command runs with, and where each of it comes from; secrets stay hidden',
    argument: new Argument('[command]', 'which, with its flags (default: start)'),
    options: [],
    takesAnything: true,
    examples: ['config', 'config backtest --cash 20000', 'config run --json'],
    load: async () => (await import('./commands/config.ts')).config,
  });
  for (const command of [...logCommands, ...controlCommands]) define(program, command);
  define(program, {
    name: 'bench',
    summary: 'how fast it is on this machine, against a floor measured beside it',
    argument: new Argument('[measure...]', 'which (default: all)').choices(measureNames),
    options: [
      new Option('--quick', 'only to see that it works: the figures mean nothing'),
      new Option('--seconds <seconds>', 'how long a round by time lasts (default: 5)'),
      new Option('--strict', 'exit with 3 when a target is missed'),
    ],
    examples: ['bench', 'bench latency throughput --seconds 10', 'bench --quick --json'],
    load: async () => (await import('./commands/bench.ts')).bench,
  });
  return program;
}

const streamsFlag = new Option(
  '--nats <url>',
  'instead of the log, what the streams of that NATS server hold',
);

const csvFlag = new Option('--csv', 'as CSV, a header first');

function define(program: Command, { name, summary, argument, options, ...rest }: Definition): void {
  const command = program.command(name).description(summary);
  if (argument) command.addArgument(argument);
  for (const option of options) command.addOption(option);
  if (rest.takesAnything) command.allowUnknownOption().allowExcessArguments();
  command.addHelpText('after', examples(rest.examples));
  command.action(async () => {
    const invocation = await invocationOf(command);
    const handle =
      invocation.values['watch'] === true
        ? (await import('./watch/watch-strategy.ts')).watchStrategy
        : await rest.load();
    process.exitCode = await handle(invocation);
  });
}

/** @returns the configuration file, if there is one */
export async function configure(
  command: Command,
  named: string | undefined,
): Promise<string | undefined> {
  const { findConfig } = await import('./config/read-config.ts');
  const file = named ?? (await findConfig());
  await (await import('./config/apply-config.ts')).applyConfig(command, file);
  return file;
}

async function invocationOf(command: Command): Promise<Invocation> {
  const { config } = command.optsWithGlobals<{ config?: string }>();
  const configFile = await configure(command, config);
  const {
    json = false,
    quiet = false,
    ...values
  } = command.optsWithGlobals<{
    json?: boolean;
    quiet?: boolean;
  }>();
  return {
    words: command.args,
    values,
    sourceOf: (name) => command.getOptionValueSourceWithGlobals(name),
    configFile,
    json,
    terminal: createTerminal({ stdout: process.stdout, stderr: process.stderr, quiet }),
  };
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  heliograph ${line}\n`).join('')}`;
}
