import { deterministicId, SymbolName, Timeframe, UserError, Venue } from '@heliograph/contracts';
import { createRecordedFeed, type RecordedFeed } from '../recorded-feed.ts';
import { simulateCandles } from './simulate-candles.ts';

export const simulatePrefix = 'simulate:';
/** No real venue: whatever is made here carries this name wherever it goes. */
export const simulatedVenue = Venue.parse('simulated');

/** Other rules of the market are another market. */
const rules = 'simulated-market-1';
const usualSeed = 1;
/** A week of minutes. */
const usualSpans = 10_080;
const mostSpans = 1e9;

/**
 * `simulate:SYMBOL,SYMBOL:TIMEFRAME`, with `:seed=7` and `:candles=100000` where they are wanted.
 * @throws UserError with exit code 2
 */
export function openSimulatedFeed(name: string): RecordedFeed {
  const refuse = (why: string): never => {
    throw new UserError(
      `${name}: ${why}, as in ${simulatePrefix}BTC/USDT,ETH/USDT:1m:seed=7:candles=100000`,
      { exitCode: 2 },
    );
  };
  const parts = name.slice(simulatePrefix.length).split(':');
  const options = parts.filter((part) => part.includes('='));
  const named = parts.filter((part) => !part.includes('='));
  const { seed, spans } = readOptions(options, refuse);
  const timeframe = Timeframe.safeParse(named.at(-1));
  if (!timeframe.success || named.length < 2)
    return refuse('expected symbols, a colon and a timeframe');
  // A symbol may have a colon of its own.
  const symbols = new Set(named.slice(0, -1).join(':').split(','));
  const instruments = [...symbols].map((text) => {
    const symbol = SymbolName.safeParse(text);
    if (!symbol.success) return refuse(`${JSON.stringify(text)} is no symbol`);
    return { venue: simulatedVenue, symbol: symbol.data, timeframe: timeframe.data };
  });
  const sources = instruments.map((instrument) => ({
    name,
    instrument,
    async *read() {
      yield* simulateCandles(instrument, { seed, spans });
    },
  }));
  const identity = deterministicId(
    rules,
    [...symbols].join(','),
    timeframe.data,
    String(seed),
    String(spans),
  );
  return createRecordedFeed(sources, identity);
}

function readOptions(
  options: readonly string[],
  refuse: (why: string) => never,
): { seed: number; spans: number } {
  let seed = usualSeed;
  let spans = usualSpans;
  for (const option of options) {
    const [, key, digits] = /^(seed|candles)=(\d{1,10})$/.exec(option) ?? [];
    const value = Number(digits);
    if (key === 'seed' && value < 2 ** 32) seed = value;
    else if (key === 'candles' && value >= 1 && value <= mostSpans) spans = value;
    else return refuse(`${JSON.stringify(option)}: expected a whole number for seed or candles`);
  }
  return { seed, spans };
}
