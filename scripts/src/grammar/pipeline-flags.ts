import { Option } from 'commander';
import { instrumentFlags, repeatable } from './flags.ts';

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
