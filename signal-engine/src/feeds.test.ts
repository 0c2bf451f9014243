import type { Candle, SymbolName } from '@heliograph/contracts';
import { createMemoryServer } from '@heliograph/contracts/bus';
import type { Instant } from './feeds/feed.ts';
import { openRecordedFeed } from './feeds/open-recorded-feed.ts';
import { simulatedVenue } from './feeds/simulated/simulated-feed.ts';
import { testFeed, type FeedSubject } from './testing/feed-contract.ts';
import { makeTempFolder } from './testing/temp-folder.ts';
import {
  binance,
  length,
  marketOf,
  natsContracts,
  symbols,
  timeframe,
  tradesOf,
  truth,
} from './testing/told-market.ts';

async function* instantsOf(names: readonly string[]): AsyncGenerator<Instant> {
  const feed = await openRecordedFeed(names);
  for await (const chunk of feed.chunks()) yield* chunk;
}

/** A recording in files, one of each symbol. */
async function filesOf(
  name: (symbol: SymbolName) => { file: string; feed: (path: string) => string },
  textOf: (candles: readonly Candle[]) => string,
): Promise<FeedSubject> {
  const folder = await makeTempFolder();
  const names: string[] = [];
  for (const symbol of symbols) {
    const { file, feed } = name(symbol);
    const own = truth.filter((candle) => candle.symbol === symbol);
    names.push(feed(await folder.write(file, textOf(own))));
  }
  return {
    instruments: symbols.map((symbol) => ({ venue: binance, symbol, timeframe })),
    truth,
    read: () => instantsOf(names),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function candleText(candles: readonly Candle[]): string {
  const rows = candles.map(({ openTime, open, high, low, close, volume }) =>
    [openTime, open, high, low, close, volume].join(','),
  );
  return ['timestamp,open,high,low,close,volume', ...rows, ''].join('\n');
}

const candleNames = (symbol: SymbolName) => ({
  file: `${symbol.replace('/', '_')}-1m.csv`,
  feed: (path: string) => path,
});

testFeed('candle files', {
  kind: 'recording',
  open: () => filesOf(candleNames, candleText),
  openSpoiled: () => filesOf(candleNames, (own) => candleText(own).replace(/\n(\d+),/, '\n$1,-')),
});

function tradeText(candles: readonly Candle[]): string {
  const rows = candles
    .flatMap(tradesOf)
    .map(({ timeMs, price, size }) => [timeMs, price, size].join(','));
  const end = (candles.at(-1)?.closeTime ?? 0) + 1;
  return ['timestamp,price,size', ...rows, `${end},1,1`, ''].join('\n');
}

const tradeNames = (symbol: SymbolName) => ({
  file: `${symbol.replace('/', '_')}-trades.csv`,
  feed: (path: string) => `trades:${path}:1m`,
});

testFeed('trade files', {
  kind: 'recording',
  open: () => filesOf(tradeNames, tradeText),
  openSpoiled: () => filesOf(tradeNames, (own) => tradeText(own).replace(/\n(\d+),/, '\n$1,-')),
});

testFeed('the simulator', {
  kind: 'recording',
  async open() {
    return {
      instruments: symbols.map((symbol) => ({ venue: simulatedVenue, symbol, timeframe })),
      truth: marketOf(simulatedVenue),
      read: () => instantsOf([`simulate:${symbols.join(',')}:1m:seed=4:candles=${length}`]),
      [Symbol.asyncDispose]: async () => {},
    };
  },
});

const inMemory = async () => {
  const server = createMemoryServer();
  return { connect: () => server.connect(), close: async () => {} };
};
for (const [name, contract] of Object.entries(natsContracts(inMemory, { disturbs: false })))
  testFeed(`${name}, in memory`, contract);
