import { deterministicId, Timeframe, UserError } from '@heliograph/contracts';
import { fingerprintOf, openCandleFileFeed } from './candle-file-feed.ts';
import type { InstrumentOverrides } from './instrument-of-file.ts';
import { createRecordedFeed, inOrder, type RecordedFeed, resampleFeed } from './recorded-feed.ts';
import { openSimulatedFeed, simulatePrefix } from './simulated/simulated-feed.ts';
import { openTradeFile, readTradeFile, type TradeFile, tradesPrefix } from './trades/trade-file.ts';

/** What is said beside the names, as text that has not been checked. */
export interface FeedOverrides extends InstrumentOverrides {
  /** Longer candles are made of those that there are. */
  readonly resample?: string;
}

/**
 * Whatever has an end: candle files and folders of them, trade files as `trades:FILE:TIMEFRAME`, or a market that is made up, as
 * `simulate:SYMBOL,SYMBOL:TIMEFRAME`. All names are of one kind; several are several symbols, merged by close time.
 * @throws UserError with exit code 2 for what is named wrongly, 1 for what is wrong inside; both also while reading
 */
export async function openRecordedFeed(
  names: readonly string[],
  { resample, ...overrides }: FeedOverrides = {},
): Promise<RecordedFeed> {
  const feed = await openByKind(names, overrides);
  if (resample === undefined) return feed;
  const timeframe = Timeframe.safeParse(resample);
  if (timeframe.success) return resampleFeed(feed, timeframe.data);
  throw new UserError(`--resample ${resample}: expected a timeframe such as 5m, 1h or 1d`, {
    exitCode: 2,
  });
}

function openSimulated(
  [name = '', ...others]: readonly string[],
  overrides: InstrumentOverrides,
): RecordedFeed {
  if (others.length > 0)
    throw new UserError('--feed: a simulated market and others do not go together', {
      exitCode: 2,
    });
  const given = Object.entries(overrides).find(([, value]) => value !== undefined);
  if (given)
    throw new UserError(`--${given.join(' ')}: a simulated market says all of that in its name`, {
      exitCode: 2,
    });
  return openSimulatedFeed(name);
}

async function openByKind(
  names: readonly string[],
  overrides: InstrumentOverrides,
): Promise<RecordedFeed> {
  if (names.length === 0)
    throw new UserError('--feed: an empty list: name at least one file', { exitCode: 2 });
  const isSimulated = names.some((name) => name.startsWith(simulatePrefix));
  if (isSimulated) return openSimulated(names, overrides);
  const ofTrades = names.filter((name) => name.startsWith(tradesPrefix));
  if (ofTrades.length === 0) return openCandleFileFeed(names, overrides);
  if (ofTrades.length < names.length)
    throw new UserError('--feed: trade files and candle files do not go together', { exitCode: 2 });
  const opened: TradeFile[] = [];
  for (const name of names) opened.push(await openTradeFile(name, overrides));
  const files = inOrder(opened);
  const sources = files.map((file) => ({
    name: file.path,
    instrument: file.instrument,
    read: () => readTradeFile(file),
  }));
  return createRecordedFeed(sources, deterministicId('trade-files', fingerprintOf(files)));
}
