import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { SymbolName, Timeframe, timeframeMs, Venue, type Candle } from '@heliograph/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { candleHeader } from '../feeds/candle-rows.ts';
import { makeTempFolder } from '../testing/temp-folder.ts';
import { downloadCandles, type DownloadOptions } from './download-candles.ts';

const instrument = {
  venue: Venue.parse('binance'),
  symbol: SymbolName.parse('BTC/USDT'),
  timeframe: Timeframe.parse('1m'),
};
const spanMs = timeframeMs(instrument.timeframe);
const beginMs = Date.UTC(2024, 0, 5);

function candle(minute: number): Candle {
  const openTime = beginMs + minute * spanMs;
  const open = 100 + (minute % 7);
  const prices = { open, high: open + 2.5, low: open - 1, close: open + 1, volume: minute / 1e9 };
  return { ...instrument, openTime, closeTime: openTime + spanMs, ...prices };
}

function linesOf(minutes: readonly number[]): string {
  const rows = minutes.map((minute) => {
    const { openTime, open, high, low, close, volume } = candle(minute);
    const text = volume.toFixed(9).replace(/\.?0+$/, '');
    return `${openTime},${open},${high},${low},${close},${text}\n`;
  });
  return [`${candleHeader}\n`, ...rows].join('');
}

type Venue_ = DownloadOptions['venue'];

/** A venue that has the candles of those minutes. One that answers by windows looks no further than a page reaches. */
function venueWith(
  minutes: readonly number[],
  { pageLength = 5, windowed = false, failures = new Set<number>() } = {},
): Venue_ & { readonly asked: number } {
  let asked = 0;
  return {
    pageLength,
    get asked() {
      return asked;
    },
    nowMs: Date.now,
    quietMs: () => 0,
    async candles(_instrument, sinceMs) {
      if (failures.has(asked++)) throw new Error('503');
      const endMs = windowed ? sinceMs + pageLength * spanMs : Infinity;
      return minutes
        .map(candle)
        .filter(({ openTime }) => openTime >= sinceMs && openTime < endMs)
        .slice(0, pageLength);
    },
  };
}

function downloadTo(file: string, venue: Venue_, more: Partial<DownloadOptions> = {}) {
  return downloadCandles({
    venue,
    instrument,
    file,
    fromMs: beginMs,
    toMs: beginMs + 60 * spanMs,
    signal: new AbortController().signal,
    onProgress: () => {},
    onPause: () => {},
    patience: { tries: 3, pauseMs: 1 },
    ...more,
  });
}

const upTo = (end: number, from = 0): number[] =>
  Array.from({ length: end - from }, (_, at) => from + at);

describe('a download', () => {
  test('becomes a file, packed or not, and its gaps are told', async () => {
    await using folder = await makeTempFolder();
    const minutes = [...upTo(20, 3), ...upTo(40, 30)];
    for (const name of ['a.csv', 'b.csv.gz']) {
      const file = join(folder.path, name);
      const result = await downloadTo(file, venueWith(minutes));
      const stored = await readFile(file);
      const text = name.endsWith('.gz') ? gunzipSync(stored) : stored;
      expect(text.toString()).toBe(linesOf(minutes));
      expect(result).toMatchObject({
        candles: 27,
        downloaded: 27,
        from: candle(3).openTime,
        to: candle(39).closeTime,
        gaps: [{ from: candle(20).openTime, to: candle(30).openTime, candles: 10 }],
      });
    }
    expect((await readdir(folder.path)).toSorted()).toEqual(['a.csv', 'b.csv.gz']);
  });

  test('survives failures, and gives up with what has come when there is no end of them', async () => {
    await using folder = await makeTempFolder();
    const file = join(folder.path, 'a.csv');
    const pauses: string[] = [];
    const venue = venueWith(upTo(30), { failures: new Set([0, 1, 3, 5, 6]) });
    await downloadTo(file, venue, { onPause: (why) => pauses.push(why) });
    expect(pauses).toHaveLength(5);
    expect(await readFile(file, 'utf8')).toBe(linesOf(upTo(30)));

    const other = join(folder.path, 'b.csv');
    const broken = venueWith(upTo(30), { failures: new Set(upTo(99, 2)) });
    await expect(downloadTo(other, broken)).rejects.toThrow(
      'binance does not answer (503): what has come is kept',
    );
    const next = venueWith(upTo(30));
    expect(await downloadTo(other, next)).toMatchObject({ candles: 30, downloaded: 20 });
    expect(await readFile(other, 'utf8')).toBe(linesOf(upTo(30)));
  });

  test('waits as long as the venue wants, but not for ever', async () => {
    await using folder = await makeTempFolder();
    const venue = { ...venueWith([], { failures: new Set(upTo(9)) }), quietMs: () => 900_000 };
    await expect(downloadTo(join(folder.path, 'a.csv'), venue)).rejects.toThrow(
      'binance wants to be left alone for 900 s',
    );
    expect(await readdir(folder.path), 'nothing was written').toEqual([]);
  });

  test('of nothing leaves nothing', async () => {
    await using folder = await makeTempFolder();
    await expect(downloadTo(join(folder.path, 'a.csv'), venueWith([]))).rejects.toThrow(
      'binance has no candles of BTC/USDT from 2024-01-05',
    );
    expect(await readdir(folder.path)).toEqual([]);
  });

  test('leaves out what cannot be, and what is not closed', async () => {
    await using folder = await makeTempFolder();
    const file = join(folder.path, 'a.csv');
    const venue = venueWith([]);
    const told = [candle(0), { ...candle(1), high: 1 }, candle(2), candle(3)];
    const odd = {
      ...venue,
      nowMs: () => candle(2).closeTime,
      candles: async (_: unknown, sinceMs: number) =>
        told.filter((each) => each.openTime >= sinceMs),
    };
    expect(await downloadTo(file, odd)).toMatchObject({
      candles: 2,
      impossible: [{ time: candle(1).openTime, why: 'its high 1 is below its low 100' }],
    });
    expect(await readFile(file, 'utf8')).toBe(linesOf([0, 2]));
  });

  test('keeps a file that is no candle file', async () => {
    await using folder = await makeTempFolder();
    const file = await folder.write('a.csv', 'name,age\nme,7\n');
    await expect(downloadTo(file, venueWith(upTo(9)))).rejects.toThrow('expected the header');
    expect(await readFile(file, 'utf8')).toBe('name,age\nme,7\n');
  });
});

test('whatever is there, torn or not, the file becomes what the venue has', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        minutes: fc.uniqueArray(fc.nat(59), { minLength: 1 }),
        inFile: fc.uniqueArray(fc.nat(59)),
        parts: fc.array(fc.uniqueArray(fc.nat(59)), { maxLength: 2 }),
        torn: fc.constantFrom('', '1', `${beginMs + 59 * spanMs},100,102`, '\0\0\0\n', 'x,y\n'),
        pageLength: fc.integer({ min: 1, max: 9 }),
        windowed: fc.boolean(),
        fromMinute: fc.nat(59),
        packed: fc.boolean(),
      }),
      async ({ minutes, inFile, parts, torn, pageLength, windowed, fromMinute, packed }) => {
        await using folder = await makeTempFolder();
        const file = join(folder.path, packed ? 'a.csv.gz' : 'a.csv');
        const truth = minutes.toSorted((a, b) => a - b);
        const known = (part: readonly number[]): number[] =>
          truth.filter((minute) => part.includes(minute));
        const there = known(inFile);
        if (there.length > 0 && !packed) await writeFile(file, linesOf(there));
        for (const [at, part] of parts.entries()) {
          const path = `${file}.part${at + 1}`;
          await writeFile(path, linesOf(known(part)));
          await appendFile(path, torn);
        }
        const kept = [...(packed ? [] : there), ...parts.flatMap(known)];
        const expected = truth.filter((minute) => minute >= Math.min(fromMinute, ...kept));
        const venue = venueWith(truth, { pageLength, windowed });
        const from = { fromMs: beginMs + fromMinute * spanMs };
        fc.pre(expected.length > 0);
        await downloadTo(file, venue, from);
        const stored = await readFile(file);
        expect((packed ? gunzipSync(stored) : stored).toString()).toBe(linesOf(expected));
        expect(await readdir(folder.path)).toEqual([basename(file)]);
      },
    ),
    { numRuns: 60 },
  );
});

test('stopped again and again, it asks for nothing twice', async () => {
  await using folder = await makeTempFolder();
  const file = join(folder.path, 'a.csv');
  let asked = 0;
  for (let stops = 0; ; stops++) {
    const stopping = new AbortController();
    const venue = venueWith(upTo(60));
    let pages = 0;
    const run = downloadTo(file, venue, {
      signal: stopping.signal,
      onProgress: () => {
        if (++pages > stops % 3) stopping.abort();
      },
    });
    const ended = await run.then(
      () => true,
      () => false,
    );
    asked += venue.asked;
    if (ended) break;
    expect(stops).toBeLessThan(40);
    expect(await readdir(folder.path)).toHaveLength(1);
  }
  expect(await readFile(file, 'utf8')).toBe(linesOf(upTo(60)));
  expect(asked).toBeLessThanOrEqual(14);
});
