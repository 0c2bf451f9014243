import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, deterministicId, UserError } from '@heliograph/contracts';
import {
  type CandleFile,
  openCandleFile,
  readCandleFile,
  type StoredFile,
  unreadable,
} from './candle-file.ts';
import type { Instrument } from './feed.ts';
import { type InstrumentOverrides, instrumentOfFile } from './instrument-of-file.ts';
import { createRecordedFeed, inOrder, type RecordedFeed } from './recorded-feed.ts';

/**
 * Candle files, CSV or gzip of it, with the header `timestamp,open,high,low,close,volume`: timestamp is the open in
 * epoch ms, the oldest candle first. A folder stands for all its `.csv` and `.csv.gz` files by name. Several files are
 * several symbols, merged by close time; in which order they are named changes nothing.
 * @throws UserError with exit code 2 for what is named wrongly, 1 for what is wrong inside; both also while reading
 */
export async function openCandleFileFeed(
  paths: readonly string[],
  overrides: InstrumentOverrides = {},
): Promise<RecordedFeed> {
  const opened: CandleFile[] = [];
  for (const path of paths)
    for (const name of await candleFilesIn(path))
      opened.push(await openCandleFile(name, instrumentOfFile(name, overrides)));
  const files = inOrder(opened);
  const sources = files.map((file) => ({
    name: file.path,
    instrument: file.instrument,
    read: () => readCandleFile(file),
  }));
  return createRecordedFeed(sources, deterministicId('candle-files', fingerprintOf(files)));
}

/** A file stands for itself, a folder for its `.csv` and `.csv.gz` files by name. */
export async function candleFilesIn(path: string): Promise<string[]> {
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

/** Equal for equal instruments and equal data, wherever they are kept. */
export function fingerprintOf(
  files: readonly (StoredFile & { readonly instrument: Instrument })[],
): string {
  return canonicalJson(
    files.map(({ instrument, size, fingerprint }) => ({ instrument, size, fingerprint })),
  );
}
