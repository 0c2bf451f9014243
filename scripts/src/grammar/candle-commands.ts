import { Argument, Option } from 'commander';
import type { Definition } from './definition.ts';
import { fileFlags, repeatable } from './flags.ts';

/** Candles of exchanges as files. */
const downloadFlags: readonly Option[] = [
  new Option('--venue <exchange>', "ccxt's name of the exchange").default('binance'),
  repeatable(
    new Option('--symbol <symbol>', 'e.g. BTC/USDT; repeatable, or several between commas'),
  ),
  new Option('--timeframe <span>', 'how long a candle is').default('1m'),
  new Option('--from <time>', 'the first candle: RFC 3339, a date, or how long ago as 90d'),
  new Option('--to <time>', 'the end (default: now)'),
  new Option(
    '--out <path>',
    'a file .csv or .csv.gz, or a folder with a file for each symbol',
  ).default('candles'),
];

const dataCheckFlags: readonly Option[] = [
  ...fileFlags,
  new Option('--max-jump <change>', 'how far a close may be from the one before').default('20%'),
  repeatable(
    new Option('--ignore <kinds>', 'what is no finding here, e.g. gap,jump for daily stocks'),
  ),
  new Option('--limit <count>', 'so many findings of each kind are told').default('5'),
];

/** The commands that get candle files and look after them. */
export const candleCommands: readonly Definition[] = [
  {
    name: 'download',
    summary: 'bring the candles of an exchange into files; what was interrupted goes on',
    options: downloadFlags,
    examples: [
      'download --venue binance --symbol BTC/USDT --timeframe 1m --from 2024-01-01',
      'download --symbol BTC/USDT,ETH/USDT --timeframe 1h --from 90d --out candles/',
      'download --venue kraken --symbol BTC/USD --timeframe 1d --from 2020-01-01 --out BTC_USD-1d-kraken.csv',
    ],
    load: async () => (await import('../commands/download.ts')).download,
  },
  {
    under: { name: 'data', summary: 'look after candle files' },
    name: 'check',
    summary:
      'gaps, repeats, disorder, impossible candles, jumps, a wrong timeframe; exit 3 where there are any',
    argument: new Argument('<path...>', 'candle file or folder of them'),
    options: dataCheckFlags,
    examples: [
      'data check BTC_USDT-1m.csv.gz',
      'data check candles/ --json',
      'data check SPY-1d.csv --ignore gap',
    ],
    load: async () => (await import('../commands/data-check.ts')).dataCheck,
  },
];
