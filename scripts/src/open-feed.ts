import { fileURLToPath } from 'node:url';
import { openRecordedFeed, type RecordedFeed } from '@heliograph/signal-engine';
import { feedOverrides } from './options/feed-options.ts';
import type { Invocation } from './invocation.ts';
import { noteCurrencies } from './note-currencies.ts';
import { noteSimulated } from './simulated-market.ts';

/** The candles that come with the project. */
const demoCandles = fileURLToPath(
  new URL('../../data/BTC_USD-30m-bitstamp-2014.csv.gz', import.meta.url),
);

/** Opens a recording with what the flags say of it. */
export async function openFeed(
  invocation: Invocation,
  paths: readonly string[] = [demoCandles],
): Promise<RecordedFeed> {
  const feed = await openRecordedFeed(paths, feedOverrides(invocation));
  noteSimulated(invocation, feed);
  noteCurrencies(invocation, feed);
  return feed;
}
