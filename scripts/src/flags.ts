import { Option } from 'commander';

/** An option that may be given again and again; its values are a list. */
export function repeatable(option: Option): Option {
  return option.argParser((value: string, former?: string[]) => [...(former ?? []), value]);
}

export const instrumentFlags: readonly Option[] = [
  new Option('--symbol <symbol>', 'e.g. BTC/USDT (default: what the file name says)'),
  new Option('--timeframe <span>', 'e.g. 1m (default: what the file name says)'),
  new Option('--venue <venue>', 'e.g. binance (default: what the file name says)'),
];

export const feedFlags: readonly Option[] = [
  repeatable(
    new Option('--feed <path>', 'candle file or folder of them; repeatable (default: the demo)'),
  ),
  ...instrumentFlags,
  new Option(
    '--speed <factor>',
    'how much faster than real time, or max (default: 20 candles a second; max with --until-end)',
  ),
  new Option('--pace <pace>', 'settled: wait until each signal is settled; none: do not')
    .choices(['settled', 'none'])
    .default('settled'),
];

export const strategyFlags: readonly Option[] = [
  new Option('--strategy <name>', 'a built-in strategy, or the path of a file').default(
    'sma-cross',
  ),
  repeatable(new Option('--param <name=value>', "one of the strategy's parameters; repeatable")),
];

/** The same flags with the same defaults wherever something is executed, so that equal commands trade equally. */
export const executionFlags: readonly Option[] = [
  new Option('--portfolio <name>', 'the portfolio to trade').default('paper'),
  new Option('--cash <amount>', 'quote currency at the start').default('10000'),
  new Option('--stake <size>', 'an entry: quote currency, all, or base units as 1unit').default(
    '1000',
  ),
  new Option('--lot-size <step>', 'quantities are multiples of it').default('0.00000001'),
  new Option('--tick-size <step>', 'prices are multiples of it (default: prices as they come)'),
  new Option('--fee-bps <bps>', 'fee a side, basis points').default('10'),
  new Option('--slippage-bps <bps>', 'slippage against each order, basis points').default('0'),
  new Option('--risk <limits>', 'none, default (at most 5 positions), or a JSON file').default(
    'default',
  ),
];

export const reportFlag = new Option('--report <file>', 'write the run as one HTML file, too');

export const queryFlags: readonly Option[] = [
  new Option('--portfolio <name>', 'which one, or all (default: the latest)'),
];

export function natsFlag(description: string): Option {
  return new Option('--nats <url>', description).env('NATS_URL');
}
