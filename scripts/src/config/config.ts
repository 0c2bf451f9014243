// Made from the options of the command line: npx vitest run scripts/src/config -u

type Value = string | number | boolean;

/** What a configuration file may say: the options of all commands. */
export interface Config {
  /** Several routes, and what is told on each: JSON as {"phone": {"telegram": {"chat": 4711}}, "team": {"discord": "https://…"}}. */
  readonly alerts?: string | number;
  /** Every one. */
  readonly all?: boolean;
  /** Who it is (default: user@host). */
  readonly author?: string | number;
  /** What was stored before it: a time, a date, or how long ago. */
  readonly before?: string | number;
  /** What the best has most of. */
  readonly by?: string | number;
  /** Candle file or folder of them, trades as trades:FILE:1m, or a simulated market as simulate:BTC/USDT:1m; repeatable. */
  readonly candles?: string | readonly string[];
  /** Quote currency at the start. */
  readonly cash?: string | number;
  /** Change the settings of a portfolio that was opened with others, from here on. */
  readonly changeSettings?: boolean;
  /** Also with the settings as they were: what differs, and why. */
  readonly compare?: boolean;
  /** As CSV, a header first. */
  readonly csv?: boolean;
  /** Where everything is kept. */
  readonly dataDir?: string | number;
  /** When the trading day begins, UTC (default: 00:00). */
  readonly dayStart?: string | number;
  /** The trade log. */
  readonly db?: string | number;
  /** Only say what would go. */
  readonly dryRun?: boolean;
  /** How long after its expiry an exit is still acted on. */
  readonly exitGrace?: string | number;
  /** Fee a side, basis points. */
  readonly feeBps?: string | number;
  /** Candle file or folder of them, or trades as trades:FILE:1m, repeatable; simulate:BTC/USDT:1m; or a market, such as ccxt:binance:BTC/USDT,ETH/USDT:1m, or nats:binance:BTC/USDT:1m for what others publish (default: the demo). */
  readonly feed?: string | readonly string[];
  /** Replace a file that is there. */
  readonly force?: boolean;
  /** How. */
  readonly format?: 'csv' | 'jsonl';
  /** Only what happened at or after it, RFC 3339 or a date. */
  readonly from?: string | number;
  /** The same by place in the stream MARKET. */
  readonly fromSequence?: string | number;
  /** What is tried: fast=5,10,20 or fast=5..50:5; repeatable. */
  readonly grid?: readonly string[] | Readonly<Record<string, Value>>;
  /** What is no finding here, e.g. gap,jump for daily stocks. */
  readonly ignore?: string | readonly string[];
  /** JSON with the rules of single symbols. */
  readonly instruments?: string | number;
  /** The last part is not chosen on but tried on, as 30%. */
  readonly keepBack?: string | number;
  /** How long an order is on its way to the exchange (default: 0). */
  readonly latencyMs?: string | number;
  /** What all positions may be worth over equity (default: 1). */
  readonly leverage?: string | number;
  /** The latest so many of each. */
  readonly limit?: string | number;
  /** Where the webhook takes alerts. */
  readonly listen?: string | number;
  /** Quantities are multiples of it. */
  readonly lotSize?: string | number;
  /** Fee of an order that waited (default: as --fee-bps). */
  readonly makerFeeBps?: string | number;
  /** Live: what is traded there. */
  readonly marketType?: 'spot' | 'swap' | 'future';
  /** How far a close may be from the one before. */
  readonly maxJump?: string | number;
  /** How old an alert may be. */
  readonly maxLag?: string | number;
  /** Of the volume, what one order may take, as 10%. */
  readonly maxVolumeRatio?: string | number;
  /** Paper, or live: real orders, with HELIOGRAPH_API_KEY and _SECRET. */
  readonly mode?: 'paper' | 'live';
  /** Draw its trades again by chance so many times. */
  readonly monteCarlo?: string | number;
  /** The NATS server (default: that of the `heliograph start` on the data folder). */
  readonly nats?: string | number;
  /** Where to (default: standard output). */
  readonly out?: string | number;
  /** Settled: wait until each signal is settled; none: do not. */
  readonly pace?: 'settled' | 'none';
  /** What the paper exchange fills from: trades where market.trade.> has some (default: candles). */
  readonly paperTape?: 'candles' | 'trades';
  /** One of the strategy's parameters; repeatable. */
  readonly param?: readonly string[] | Readonly<Record<string, Value>>;
  /** Into how many parts the signals are divided, fixed when the streams are made. */
  readonly partitions?: string | number;
  /** Which one, with its replays; or all. */
  readonly portfolio?: string | number;
  /** Several portfolios side by side: JSON as {"paper": {}, "careful": {"stake": "1%risk"}}; the flags are what they leave out. */
  readonly portfolios?: string | number;
  /** What it is to count as sold for (default: the last price). */
  readonly price?: string | number;
  /** Only to see that it works: the figures mean nothing. */
  readonly quick?: boolean;
  /** Why, for the journal. */
  readonly reason?: string | number;
  /** Write the run as one HTML file, too. */
  readonly report?: string | number;
  /** Longer candles made of these, e.g. 1h. */
  readonly resample?: string | number;
  /** None (funds only), default, or a JSON file with all that are on; docs/settings.md lists the limits. */
  readonly risk?: string | number;
  /** The first portfolio or run (default: the latest). */
  readonly run?: string | number;
  /** Live: the exchange's test network. */
  readonly sandbox?: boolean;
  /** How long a round by time lasts (default: 5). */
  readonly seconds?: string | number;
  /** Of that. */
  readonly seed?: string | number;
  /** Change a setting; repeatable. */
  readonly set?: readonly string[] | Readonly<Record<string, Value>>;
  /** Positions below zero may be held. */
  readonly shorting?: boolean;
  /** The size that a signal suggests goes before the stake. */
  readonly signalSize?: boolean;
  /** Slippage against each order, basis points. */
  readonly slippageBps?: string | number;
  /** More slippage: spread:5 (bid and ask 5 bps apart), volume:100 (100 bps at a whole candle). */
  readonly slippageModel?: string | number;
  /** How much faster than real time, to watch (default: max). */
  readonly speed?: string | number;
  /** An entry: quote currency, all, base units as 1unit, a part of equity as 10%, or what its stop may lose of it as 1%risk. */
  readonly stake?: string | number;
  /** Only those of this one. */
  readonly strategy?: string | number;
  /** Of a market: auto (candles as it tells them, else asked for), trades (made of its trades), off. */
  readonly stream?: 'auto' | 'trades' | 'off';
  /** Exit with 3 when a target is missed. */
  readonly strict?: boolean;
  /** Only this one. */
  readonly symbol?: string | number;
  /** How many at once (default: as many as processors). */
  readonly threads?: string | number;
  /** Prices are multiples of it (default: prices as they come). */
  readonly tickSize?: string | number;
  /** E.g. 1m (default: what the file name says). */
  readonly timeframe?: string | number;
  /** Who signs the certificates of those who may call, PEM. */
  readonly tlsCa?: string | number;
  /** Certificate of the webhook, PEM (default: no TLS). */
  readonly tlsCert?: string | number;
  /** Its key, PEM. */
  readonly tlsKey?: string | number;
  /** Only what happened before it. */
  readonly to?: string | number;
  /** And up to that place, included. */
  readonly toSequence?: string | number;
  /** Stop at the end of the feed and print what came of it. */
  readonly untilEnd?: boolean;
  /** Make the file smaller, too; a running log waits meanwhile. */
  readonly vacuum?: boolean;
  /** E.g. binance (default: what the file name says). */
  readonly venue?: string | number;
  /** Live: the exchange, e.g. binance. */
  readonly venueId?: string | number;
  /** Live: leave stop orders to the exchange (default: held here). */
  readonly venueStops?: boolean;
  /** How long to wait for the workers. */
  readonly wait?: string | number;
  /** So many times: choose on a part, try on what follows it, a third as long. */
  readonly walkForward?: string | number;
  /** Of a market: what the strategy sees before its first signal. */
  readonly warmUp?: string | number;
  /** Run again whenever a file beside that of the strategy is saved. */
  readonly watch?: boolean;
  /** Events, signals, orders, fills, trades, positions, equity, candles or skips. */
  readonly what?: string | number;
  /** What belongs to it, as {"portfolio": "paper", "limit": 5}. */
  readonly with?: string | number;
  /** Also replays that ended while something was open. */
  readonly withOpenEnds?: boolean;
  /** Names this process among those of its kind. */
  readonly worker?: string | number;
  /** Execution workers for each portfolio. */
  readonly workers?: string | number;
  /** Do not ask. */
  readonly yes?: boolean;
}
