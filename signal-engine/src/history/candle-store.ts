import { createReadStream } from 'node:fs';
import { open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Big, UserError, type Candle } from '@heliograph/contracts';
import { openCandleFile, readCandleFile } from '../feeds/candle-file.ts';
import { candleHeader, createCandleRows } from '../feeds/candle-rows.ts';
import type { Instrument } from '../feeds/feed.ts';
import { soleWriter } from './sole-writer.ts';

/**
 * A candle file that grows without ever being half written: what is new goes into a part beside it, which takes its place when
 * it is whole. A process that is killed leaves its part, and the next one reads it.
 */
export interface CandleStore extends AsyncDisposable {
  /** What the file and the parts of earlier runs hold; times rising, none twice. */
  existing(): AsyncGenerator<readonly Candle[]>;
  append(candles: readonly Candle[]): Promise<void>;
  /** What was appended becomes the file. */
  finish(): Promise<void>;
}

const tailSize = 4_096;
const blockLength = 1_000;

/** @throws UserError while another process has it open, and while it reads a file that is no candle file, which is left as it is */
export async function openCandleStore(path: string, instrument: Instrument): Promise<CandleStore> {
  const folder = dirname(path);
  await using opening = new AsyncDisposableStack();
  // Two at once would remove each other's parts.
  opening.use(await soleWriter(path));
  const leftovers = await partsOf(path);
  const part = join(folder, `${basename(path)}.part${nextNumber(leftovers)}`);
  const handle = opening.use(await written(path, () => open(part, 'wx')));
  await written(path, () => handle.appendFile(`${candleHeader}\n`));
  const kept = opening.move();
  let isEmpty = true;

  return {
    async *existing() {
      const sources: AsyncGenerator<readonly Candle[]>[] = [];
      if (await isThere(path)) sources.push(readCandleFile(await openCandleFile(path, instrument)));
      for (const each of leftovers) sources.push(readPart(join(folder, each), instrument));
      yield* union(sources);
      // All of them stands in the new part now.
      await handle.datasync();
      for (const each of leftovers) await rm(join(folder, each), { force: true });
    },
    async append(candles) {
      isEmpty &&= candles.length === 0;
      await written(path, () => write(handle, candles));
    },
    finish: () =>
      written(path, async () => {
        await handle.sync();
        if (path.endsWith('.gz')) {
          await pack(part, path);
          await rm(part);
        } else await rename(part, path);
        await syncFolder(folder);
      }),
    async [Symbol.asyncDispose]() {
      if (isEmpty) await rm(part, { force: true });
      await kept.disposeAsync();
    },
  };
}

/** @throws UserError with exit code 1 that says what to do: the disk may be full */
async function written<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(
      `${path} cannot be written (${why}): what has come is kept; make room, and the same command goes on from there`,
      { exitCode: 1, cause },
    );
  }
}

/** A disk may be full before it is done. */
async function pack(part: string, path: string): Promise<void> {
  const packed = `${path}.packing`;
  try {
    await using file = await open(packed, 'w');
    const stream = file.createWriteStream({ flush: true });
    await pipeline(createReadStream(part), createGzip(), stream);
    await rename(packed, path);
  } catch (error) {
    await rm(packed, { force: true });
    throw error;
  }
}

async function write(handle: FileHandle, candles: readonly Candle[]): Promise<void> {
  const rows = candles.map(({ openTime, open, high, low, close, volume }) =>
    [openTime, open, high, low, close, volume].map(text).join(','),
  );
  // `write` may write a part of it and say so, when the disk is full.
  if (rows.length > 0) await handle.appendFile(`${rows.join('\n')}\n`);
}

/** Without an exponent, which not everybody reads. */
function text(value: number): string {
  const short = String(value);
  return short.includes('e') ? new Big(short).toFixed() : short;
}

/** What a run that has been killed has written: all whole lines, up to one that is damaged. */
async function* readPart(path: string, instrument: Instrument): AsyncGenerator<readonly Candle[]> {
  await cutTornLine(path);
  const rows = createCandleRows(path, instrument);
  let block: Candle[] = [];
  try {
    for await (const line of createInterface({ input: createReadStream(path) })) {
      block.push(...rows.read(Buffer.from(`${line}\n`)));
      if (block.length < blockLength) continue;
      yield block;
      block = [];
    }
  } catch (error) {
    // What follows is asked for again.
    if (!(error instanceof UserError)) throw error;
  }
  if (block.length > 0) yield block;
}

/** A number that was cut off is a number, too: a line that has no end is none. */
async function cutTornLine(path: string): Promise<void> {
  await using handle = await open(path, 'r+');
  const { size } = await handle.stat();
  const position = Math.max(0, size - tailSize);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(tailSize), { position });
  await handle.truncate(position + buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1);
}

/** Several histories of one instrument as one; where more than one has a candle, the first counts. */
async function* union(
  sources: readonly AsyncGenerator<readonly Candle[]>[],
): AsyncGenerator<readonly Candle[]> {
  if (sources.length === 1 && sources[0]) return yield* sources[0];
  const single = sources.map(each);
  const heads = await Promise.all(single.map((source) => source.next()));
  let block: Candle[] = [];
  for (;;) {
    const first = heads
      .flatMap(({ done, value }) => (done === true ? [] : [value]))
      .reduce<Candle | undefined>((a, b) => (a && a.openTime <= b.openTime ? a : b), undefined);
    if (!first) break;
    block.push(first);
    for (const [at, source] of single.entries())
      while (heads[at]?.done !== true && (heads[at]?.value.openTime ?? Infinity) < first.closeTime)
        heads[at] = await source.next();
    if (block.length >= blockLength) {
      yield block;
      block = [];
    }
  }
  if (block.length > 0) yield block;
}

async function* each(blocks: AsyncIterable<readonly Candle[]>): AsyncGenerator<Candle> {
  for await (const block of blocks) yield* block;
}

async function partsOf(path: string): Promise<string[]> {
  const prefix = `${basename(path)}.part`;
  const names = await readdir(dirname(path));
  return names.filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)));
}

function nextNumber(parts: readonly string[]): number {
  return Math.max(0, ...parts.map((name) => Number(/\d+$/.exec(name)?.[0]))) + 1;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path);
  await folder.sync();
}
