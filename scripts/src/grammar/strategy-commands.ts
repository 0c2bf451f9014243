import { Option } from 'commander';
import type { Definition } from './definition.ts';
import {
  dbFlag,
  executionFlags,
  instrumentFlags,
  repeatable,
  reportFlag,
  strategyFlags,
  watchFlag,
} from './flags.ts';

/** What is played without a server. */
const candlesFlags: readonly Option[] = [
  repeatable(
    new Option(
      '--candles <path>',
      'candle file or folder of them, trades as trades:FILE:1m, or a simulated market as simulate:BTC/USDT:1m; repeatable',
    ),
  ),
  ...instrumentFlags,
];

/** Instead of `candlesFlags`. */
const loggedCandlesFlags: readonly Option[] = [
  new Option('--run <id>', 'instead: the candles of a logged run'),
  dbFlag,
];

/** The commands that try a strategy without a server. */
export const strategyCommands: readonly Definition[] = [
  {
    name: 'backtest',
    summary: 'play candles through the same strategy and execution, without a server',
    options: [
      ...candlesFlags,
      ...loggedCandlesFlags,
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
    load: async () => (await import('../commands/backtest.ts')).backtest,
  },
  {
    name: 'grid',
    summary: 'try combinations of parameters, and the best on candles that it has not seen',
    options: [
      ...candlesFlags,
      ...loggedCandlesFlags,
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
    load: async () => (await import('../commands/grid.ts')).grid,
  },
  {
    name: 'check-lookahead',
    summary: 'prove that a strategy does not know what comes after; exit 3 when it does',
    options: [
      ...candlesFlags,
      ...strategyFlags,
      watchFlag,
      new Option('--limit <count>', 'the first so many candles of each symbol').default('5000'),
    ],
    examples: [
      'check-lookahead --candles BTC_USDT-1m.csv.gz --strategy ./mine.ts',
      'check-lookahead --candles candles/ --strategy macd --param fast=8 --json',
    ],
    load: async () => (await import('../commands/check-lookahead.ts')).checkLookaheadOf,
  },
];
