import { Option } from 'commander';

/** An option that may be given again and again; its values are a list. */
export function repeatable(option: Option): Option {
  return option.argParser((value: string, former?: string[]) => [...(former ?? []), value]);
}

/** Instead of `candlesFlag`. */
export const loggedCandlesFlag = new Option('--run <id>', 'instead: the candles of a logged run');

/** What is played without a server. */
export const candlesFlag = repeatable(
  new Option(
    '--candles <path>',
    'candle file or folder of them, trades as trades:FILE:1m, or a simulated market as simulate:BTC/USDT:1m; repeatable',
  ),
);

/** What a candle file's name does not tell. */
const fileFlags: readonly Option[] = [
  new Option('--symbol <symbol>', 'e.g. BTC/USDT (default: what the file name says)'),
  new Option('--timeframe <span>', 'e.g. 1m (default: what the file name says)'),
  new Option('--venue <venue>', 'e.g. binance (default: what the file name says)'),
];

export const instrumentFlags: readonly Option[] = [
  ...fileFlags,
  new Option('--resample <span>', 'longer candles made of these, e.g. 1h'),
];

export const feedFlags: readonly Option[] = [
  repeatable(
    new Option(
      '--feed <name>',
      'candle file or folder of them, or trades as trades:FILE:1m, repeatable; simulate:BTC/USDT:1m; or a market, such as ccxt:binance:BTC/USDT,ETH/USDT:1m, or nats:binance:BTC/USDT:1m for what others publish (default: the demo)',
    ),
  ),
  ...instrumentFlags,
  new Option(
    '--warm-up <candles>',
    'of a market: what the strategy sees before its first signal',
  ).default('200'),
  new Option(
    '--stream <kind>',
    'of a market: auto (candles as it tells them, else asked for), trades (made of its trades), off',
  )
    .choices(['auto', 'trades', 'off'])
    .default('auto'),
  new Option(
    '--speed <factor>',
    'how much faster than real time, or max (default: 20 candles a second; max with --until-end)',
  ),
  new Option('--pace <pace>', 'settled: wait until each signal is settled; none: do not')
    .choices(['settled', 'none'])
    .default('settled'),
];

export const webhookFlags: readonly Option[] = [
  new Option('--listen <host:port>', 'where the webhook takes alerts').default('127.0.0.1:8080'),
  new Option('--max-lag <span>', 'how old an alert may be').default('10s'),
  new Option('--tls-cert <file>', 'certificate of the webhook, PEM (default: no TLS)'),
  new Option('--tls-key <file>', 'its key, PEM'),
  new Option('--tls-ca <file>', 'who signs the certificates of those who may call, PEM'),
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

/** Candles of exchanges as files. */
export const downloadFlags: readonly Option[] = [
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

export const dataCheckFlags: readonly Option[] = [
  ...fileFlags,
  new Option('--max-jump <change>', 'how far a close may be from the one before').default('20%'),
  repeatable(
    new Option('--ignore <kinds>', 'what is no finding here, e.g. gap,jump for daily stocks'),
  ),
  new Option('--limit <count>', 'so many findings of each kind are told').default('5'),
];

/** Where the alerts go. */
export const alertFlags: readonly Option[] = [
  new Option(
    '--alerts <file>',
    'several routes, and what is told on each: JSON as {"phone": {"telegram": {"chat": 4711}}, "team": {"discord": "https://…"}}',
  ),
];

/** Where the workers are services: several portfolios, and real money. */
export const workerFlags: readonly Option[] = [
  new Option(
    '--portfolios <file>',
    'several portfolios side by side: JSON as {"paper": {}, "careful": {"stake": "1%risk"}}; the flags are what they leave out',
  ),
  new Option('--workers <count>', 'execution workers for each portfolio').default('1'),
  new Option(
    '--partitions <count>',
    'into how many parts the signals are divided, fixed when the streams are made',
  ).default('16'),
  new Option('--mode <mode>', 'paper, or live: real orders, with HELIOGRAPH_API_KEY and _SECRET')
    .choices(['paper', 'live'])
    .default('paper'),
  new Option('--venue-id <exchange>', 'live: the exchange, e.g. binance'),
  new Option('--sandbox', "live: the exchange's test network"),
  new Option('--market-type <type>', 'live: what is traded there')
    .choices(['spot', 'swap', 'future'])
    .default('spot'),
  new Option('--venue-stops', 'live: leave stop orders to the exchange (default: held here)'),
];

export const changeSettingsFlag = new Option(
  '--change-settings',
  'change the settings of a portfolio that was opened with others, from here on',
);

export const reportFlag = new Option('--report <file>', 'write the run as one HTML file, too');

export const dbFlag = new Option('--db <file>', 'the trade log')
  .default('heliograph-data/heliograph.sqlite')
  .env('HELIOGRAPH_DB');

export const queryFlags: readonly Option[] = [
  new Option('--portfolio <name>', 'which one, or all (default: the latest)'),
];

export function natsFlag(description: string): Option {
  return new Option('--nats <url>', description).env('NATS_URL');
}

/** How a command finds the messages of workers that run: by the address, or by the data folder of a `start`. */
export const controlFlags: readonly Option[] = [
  natsFlag('the NATS server (default: that of the `heliograph start` on the data folder)'),
  dataDirFlag(),
];

export function dataDirFlag(): Option {
  return new Option('--data-dir <folder>', 'where everything is kept')
    .default('heliograph-data')
    .env('HELIOGRAPH_DATA_DIR');
}
