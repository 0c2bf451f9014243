import { SymbolName, Timeframe, Venue, type Candle } from '@heliograph/contracts';
import { createMemoryBus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { openCcxtFeed } from '@heliograph/signal-engine';
import { z } from 'zod';
import { klineOf } from '../../../execution/src/testing/binance-double/klines.ts';
import { testFeed, type FeedSubject } from '../../../signal-engine/src/testing/feed-contract.ts';
import { atServer } from '../at-server.ts';
import { startExchange } from '../testing/exchange.ts';

const symbols = ['BTC/USDT', 'ETH/USDT'].map((name) => SymbolName.parse(name));
const venue = Venue.parse('binance');
const timeframe = Timeframe.parse('1s');
const spanMs = 1_000;
const before = 15;
const after = 3;

const Prices = z.array(z.object({ symbol: z.string(), price: z.string() }));
const onKlines = { on: 'GET /api/v3/klines', times: 2 };
const garbage = { ...onKlines, kind: 'answer', executed: false, status: 200, body: 'garbage' };

/** The exchange's double, which has told some candles and goes on to. */
async function onExchange(faults: readonly object[] = []): Promise<FeedSubject> {
  const exchange = await startExchange();
  const prices = Prices.parse(await (await fetch(`${exchange.url}/api/v3/ticker/price`)).json());
  const feed = await openCcxtFeed(`ccxt:binance:${symbols.join(',')}:1s`, {
    log: createSilentLogger(),
    redirect: (url) => atServer(exchange.url, url),
  });
  const fromMs = Math.floor(Date.now() / spanMs) * spanMs - before * spanMs;
  const candleOf = (symbol: SymbolName, openTime: number): Candle => {
    const price = prices.find((each) => each.symbol === symbol.replace('/', ''))?.price;
    const [open, high, low, close, volume] = klineOf(Number(price), openTime, spanMs);
    const closeTime = openTime + spanMs;
    return { venue, symbol, timeframe, openTime, closeTime, open, high, low, close, volume };
  };
  for (const fault of faults) await exchange.fault(fault);
  return {
    instruments: feed.instruments,
    truth: symbols.flatMap((symbol) =>
      Array.from({ length: before + after }, (_, at) => candleOf(symbol, fromMs + at * spanMs)),
    ),
    read: ({ afterMs, signal }) =>
      feed.instants({
        afterMs: Math.max(afterMs, fromMs),
        signal,
        bus: createMemoryBus(),
        log: createSilentLogger(),
        report: () => {},
      }),
    async disturb() {
      await exchange.fault({ ...onKlines, kind: 'lost_request' });
      await exchange.fault(garbage);
    },
    async [Symbol.asyncDispose]() {
      exchange[Symbol.dispose]();
    },
  };
}

testFeed('an exchange that is asked', {
  kind: 'live',
  disturbs: true,
  open: () => onExchange(),
  openSpoiled: () => onExchange([garbage]),
});
