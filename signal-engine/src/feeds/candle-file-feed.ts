import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, deterministicId, UserError } from '@heliograph/contracts';
import { type CandleFile, openCandleFile, readCandleFile, unreadable } from './candle-file.ts';
import type { Feed } from './feed.ts';
import { type InstrumentOverrides, instrumentOfFile } from './instrument-of-file.ts';
import { mergeCandles } from './merge-candles.ts';

/** What a feed of candle files holds. */
export interface FeedContents {
  readonly candles: number;
  /** The first open and the last close, epoch ms. */
  readonly firstTime: number;
  readonly lastTime: number;
  /** How often a candle does not open when the one before it of the same instrument closed. */
  readonly gaps: number;
}

export interface CandleFileFeed extends Feed {
  /** Reads every file to its end, so that a broken one is refused before anything is done with it. */
  inspect(): Promise<FeedContents>;
}

/**
 * Candle files, CSV or gzip of it, with the header `timestamp,open,high,low,close,volume`: timestamp is the open in
 * epoch ms, the oldest candle first. A folder stands for all its `.csv` and `.csv.gz` files by name. Several files are
 * several symbols, merged by close time.
 * @throws UserError with exit code 2 for what is named wrongly, 1 for what is wrong inside; both also while reading
 */
export async function openCandleFileFeed(
  paths: readonly string[],
  overrides: InstrumentOverrides = {},
): Promise<CandleFileFeed> {
  const files: CandleFile[] = [];
  for (const path of paths)
    for (const name of await candleFiles(path))
      files.push(await openCandleFile(name, instrumentOfFile(name, overrides)));
  refuseRepeatedSymbols(files);
  return {
    identity: identityOf(files),
    instruments: files.map((file) => file.instrument),
    chunks: () => mergeCandles(files.map(readCandleFile)),
    inspect: () => inspect(files),
  };
}

async function candleFiles(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path, { withFileTypes: true }))
      .filter((entry) => !entry.isDirectory() && /\.csv(\.gz)?$/.test(entry.name))
      .map(({ name }) => name);
    if (names.length === 0)
      throw new UserError(`${path} is a folder without candle files, expected *.csv or *.csv.gz`, {
        exitCode: 1,
      });
    return names.toSorted().map((name) => join(path, name));
  } catch (error) {
    throw unreadable(path, error);
  }
}

function refuseRepeatedSymbols(files: readonly CandleFile[]): void {
  const paths = new Map<string, string>();
  for (const { path, instrument } of files) {
    const symbol = `${instrument.symbol} of ${instrument.venue}`;
    const other = paths.get(symbol);
    if (other !== undefined)
      throw new UserError(
        `${other} and ${path} are both ${symbol}: give one file for each symbol`,
        {
          exitCode: 2,
        },
      );
    paths.set(symbol, path);
  }
}

function identityOf(files: readonly CandleFile[]): string {
  const facts = files.map(({ instrument, size, fingerprint }) => ({
    instrument,
    size,
    fingerprint,
  }));
  return deterministicId('candle-files', canonicalJson(facts));
}

async function inspect(files: readonly CandleFile[]): Promise<FeedContents> {
  let candles = 0;
  let firstTime = Infinity;
  let lastTime = -Infinity;
  let gaps = 0;
  for (const file of files) {
    let expected: number | undefined;
    for await (const block of readCandleFile(file))
      for (const { openTime, closeTime } of block) {
        candles++;
        if (openTime !== (expected ?? openTime)) gaps++;
        expected = closeTime;
        firstTime = Math.min(firstTime, openTime);
        lastTime = Math.max(lastTime, closeTime);
      }
  }
  return { candles, firstTime, lastTime, gaps };
}
