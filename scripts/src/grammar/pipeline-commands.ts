import { Argument, Option } from 'commander';
import type { Definition } from './definition.ts';
import {
  dataDirFlag,
  dbFlag,
  executionFlags,
  natsFlag,
  strategyFlags,
  watchFlag,
} from './flags.ts';
import {
  alertFlags,
  changeSettingsFlag,
  feedFlags,
  webhookFlags,
  workerFlags,
} from './pipeline-flags.ts';

/** The commands that run the services. */
export const pipelineCommands: readonly Definition[] = [
  {
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
    load: async () => (await import('../commands/start.ts')).start,
  },
  {
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
    load: async () => (await import('../commands/run.ts')).run,
  },
];
