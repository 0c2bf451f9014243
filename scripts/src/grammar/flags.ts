import { Option } from 'commander';

/** An option that may be given again and again; its values are a list. */
export function repeatable(option: Option): Option {
  return option.argParser((value: string, former?: string[]) => [...(former ?? []), value]);
}

/** What a candle file's name does not tell. */
export const fileFlags: readonly Option[] = [
  new Option('--symbol <symbol>', 'e.g. BTC/USDT (default: what the file name says)'),
  new Option('--timeframe <span>', 'e.g. 1m (default: what the file name says)'),
  new Option('--venue <venue>', 'e.g. binance (default: what the file name says)'),
];

export const instrumentFlags: readonly Option[] = [
  ...fileFlags,
  new Option('--resample <span>', 'longer candles made of these, e.g. 1h'),
];

export const strategyFlags: readonly Option[] = [
  new Option('--strategy <name>', 'a built-in strategy, or the path of a file').default(
    'sma-cross',
  ),
  repeatable(new Option('--param <name=value>', "one of the strategy's parameters; repeatable")),
];

export const watchFlag = new Option(
  '--watch',
  'run again whenever a file beside that of the strategy is saved',
);

/** The same flags with the same defaults wherever something is executed, so that equal commands trade equally. */
export const executionFlags: readonly Option[] = [
  new Option('--portfolio <name>', 'the portfolio to trade').default('paper'),
  new Option('--cash <amount>', 'quote currency at the start').default('10000'),
  new Option(
    '--stake <size>',
    'an entry: quote currency, all, base units as 1unit, a part of equity as 10%, or what its stop may lose of it as 1%risk',
  ).default('1000'),
  new Option('--signal-size', 'the size that a signal suggests goes before the stake'),
  new Option('--shorting', 'positions below zero may be held'),
  new Option('--leverage <times>', 'what all positions may be worth over equity (default: 1)'),
  new Option('--exit-grace <span>', 'how long after its expiry an exit is still acted on').default(
    '24h',
  ),
  new Option('--day-start <time>', 'when the trading day begins, UTC (default: 00:00)'),
  new Option(
    '--risk <limits>',
    'none (funds only), default, or a JSON file with all that are on; docs/settings.md lists the limits',
  ).default('default'),
  new Option('--instruments <file>', 'JSON with the rules of single symbols'),
  new Option('--lot-size <step>', 'quantities are multiples of it').default('0.00000001'),
  new Option('--tick-size <step>', 'prices are multiples of it (default: prices as they come)'),
  new Option('--fee-bps <bps>', 'fee a side, basis points').default('10'),
  new Option('--maker-fee-bps <bps>', 'fee of an order that waited (default: as --fee-bps)'),
  new Option('--slippage-bps <bps>', 'slippage against each order, basis points').default('0'),
  new Option(
    '--slippage-model <model>',
    'more slippage: spread:5 (bid and ask 5 bps apart), volume:100 (100 bps at a whole candle)',
  ),
  new Option('--latency-ms <ms>', 'how long an order is on its way to the exchange (default: 0)'),
  new Option('--max-volume-ratio <part>', 'of the volume, what one order may take, as 10%'),
  new Option(
    '--paper-tape <kind>',
    'what the paper exchange fills from: trades where market.trade.> has some (default: candles)',
  ).choices(['candles', 'trades']),
];

export const symbolFlag = new Option('--symbol <symbol>', 'only this one');

/** Which part of what was logged. */
export const timeFlags: readonly Option[] = [
  new Option('--from <time>', 'only what happened at or after it, RFC 3339 or a date'),
  new Option('--to <time>', 'only what happened before it'),
];

export const reportFlag = new Option('--report <file>', 'write the run as one HTML file, too');

export const dbFlag = new Option('--db <file>', 'the trade log')
  .default('heliograph-data/heliograph.sqlite')
  .env('HELIOGRAPH_DB');

export function natsFlag(description: string): Option {
  return new Option('--nats <url>', description).env('NATS_URL');
}

export function dataDirFlag(): Option {
  return new Option('--data-dir <folder>', 'where everything is kept')
    .default('heliograph-data')
    .env('HELIOGRAPH_DATA_DIR');
}
