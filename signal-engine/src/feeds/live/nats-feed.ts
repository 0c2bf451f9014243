import { subjects } from '@heliograph/contracts';
import { candlesOnBus } from './candles-on-bus.ts';
import { instrumentsOf } from './market-name.ts';
import type { LiveFeed } from './live-feed.ts';
import { tradesOnBus } from './trades-on-bus.ts';

const ofCandles = 'nats:';
const ofTrades = 'nats-trades:';
const every = '*';

/** Whether a feed is named as one that others publish. */
export function isNatsFeed(name: string): boolean {
  return name.startsWith(ofCandles) || name.startsWith(ofTrades);
}

/**
 * What others publish on `market.>`: their candles, as `nats:binance:BTC/USDT,ETH/USDT:1m`, or their trades, of which candles are made
 * here, as `nats-trades:binance:BTC/USDT:1m`.
 * @throws UserError with exit code 2
 */
export function openNatsFeed(name: string): LiveFeed {
  const isOfTrades = name.startsWith(ofTrades);
  const prefix = isOfTrades ? ofTrades : ofCandles;
  const instruments = instrumentsOf(name, `${prefix}binance:BTC/USDT,ETH/USDT:1m`);
  const [{ venue, timeframe } = { venue: every, timeframe: every }] = instruments;
  const subject = isOfTrades
    ? `market.trade.${venue}.${every}`
    : `market.candle.${venue}.${every}.${timeframe}`;
  const names = new Map(
    instruments.map((instrument) => [
      isOfTrades ? subjects.print(instrument) : subjects.candle(instrument),
      instrument,
    ]),
  );
  return {
    name: `${venue}, ${isOfTrades ? 'trades' : 'candles'} of others on NATS`,
    instruments,
    isOnBus: !isOfTrades,
    instants: (options) =>
      isOfTrades
        ? tradesOnBus({ ...options, subject, instruments: names })
        : candlesOnBus({ ...options, subject, instruments: names }),
  };
}
