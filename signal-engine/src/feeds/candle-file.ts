import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type Candle, UserError } from '@heliograph/contracts';
import { candleHeader, createCandleRows } from './candle-rows.ts';
import type { Instrument } from './feed.ts';
import type { Rows } from './line-rows.ts';

const blockSize = 64 * 1024;
/** How much is read at a time to tell a file from others: all of it, for a candle may be mended anywhere. */
const hashedSize = 1024 * 1024;

/** A file as it is stored. */
export interface StoredFile {
  readonly path: string;
  /** Bytes, as stored. */
  readonly size: number;
  /** SHA-256 of it, as stored. */
  readonly fingerprint: string;
  readonly packed: boolean;
}

export interface CandleFile extends StoredFile {
  readonly instrument: Instrument;
}

export async function openCandleFile(path: string, instrument: Instrument): Promise<CandleFile> {
  return { ...(await openStoredFile(path, candleHeader)), instrument };
}

/** @throws UserError when the file is not there, cannot be read, is empty, or is named .gz and is not */
export async function openStoredFile(path: string, header: string): Promise<StoredFile> {
  try {
    await using handle = await open(path);
    const { size } = await handle.stat();
    if (size === 0) throw refusal(`${path} is empty, expected the header ${header}`);
    const { buffer } = await handle.read(Buffer.alloc(2), { position: 0 });
    const packed = buffer[0] === 0x1f && buffer[1] === 0x8b;
    if (path.endsWith('.gz') && !packed)
      throw refusal(
        `${path} is no gzip file though its name ends in .gz: unpacked already? Then drop the .gz`,
      );
    const hash = createHash('sha256');
    const stored = handle.createReadStream({
      start: 0,
      autoClose: false,
      highWaterMark: hashedSize,
    });
    for await (const block of stored) hash.update(block);
    return { path, size, fingerprint: hash.digest('hex'), packed };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The candles of one file, a block at a time, each block read when it is asked for. */
export function readCandleFile(file: CandleFile): AsyncGenerator<readonly Candle[]> {
  const rows = createCandleRows(file.path, file.instrument);
  return readRows(file, rows, { header: candleHeader, what: 'a candle' });
}

/** What the lines of a file say, a block at a time. */
export async function* readRows<T>(
  file: StoredFile,
  rows: Rows<T>,
  expected: { readonly header: string; readonly what: string },
): AsyncGenerator<readonly T[]> {
  let found = false;
  const bytes = openBytes(file);
  try {
    for await (const block of bytes) {
      const read = rows.read(block);
      found ||= read.length > 0;
      if (read.length > 0) yield read;
    }
    const last = rows.end();
    if (last.length > 0) yield last;
    else if (!found) throw refusal(nothingIn(file.path, rows.line, expected));
  } catch (error) {
    throw unreadable(file.path, error, rows.line);
  } finally {
    bytes.destroy();
  }
}

function openBytes(file: StoredFile): Readable {
  const stored = createReadStream(file.path, { highWaterMark: blockSize });
  if (!file.packed) return stored;
  // An error of either stream comes out of the one that is read.
  return pipeline(stored, createGunzip({ chunkSize: blockSize }), () => {});
}

function nothingIn(
  path: string,
  lines: number,
  { header, what }: { readonly header: string; readonly what: string },
): string {
  return lines === 0
    ? `${path} is empty, expected the header ${header}`
    : `${path}, line 2: found the end of the file, expected ${what} below the header`;
}

function refusal(message: string, cause?: unknown): UserError {
  return new UserError(message, { exitCode: 1, cause });
}

/** What a failed read means for the one who named the file. */
export function unreadable(path: string, error: unknown, line?: number): unknown {
  if (error instanceof UserError || !(error instanceof Error) || !('code' in error)) return error;
  if (error.code === 'ENOENT')
    return new UserError(`${path}: no such file or folder`, { exitCode: 2, cause: error });
  if (error.code === 'EACCES') return refusal(`${path} cannot be read: permission denied`, error);
  const where = line ? `${path}, after line ${line}` : path;
  if (error.code === 'Z_BUF_ERROR')
    return refusal(
      `${where}: the gzip data ends too early; copy or download the whole file again`,
      error,
    );
  if (String(error.code).startsWith('Z_'))
    return refusal(
      `${where}: the gzip data is damaged (${error.message}); copy or download the file again`,
      error,
    );
  return refusal(`${where}: cannot be read (${error.message})`, error);
}
