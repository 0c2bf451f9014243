import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { openCandleFile, unreadable } from '../feeds/candle-file.ts';
import { createCandleCheck, type CandleCheck, type CheckLimits } from './candle-check.ts';
import type { Instrument } from '../feeds/feed.ts';

export { findingKinds, type CandleCheck } from './candle-check.ts';

/**
 * Reads a candle file to its end, whatever stands in it, and tells what is wrong.
 * @throws UserError when it cannot be read at all
 */
export async function checkCandleFile(
  path: string,
  { instrument, ...limits }: { instrument: Instrument } & CheckLimits,
): Promise<CandleCheck> {
  const { packed } = await openCandleFile(path, instrument);
  const check = createCandleCheck(instrument, limits);
  const stored = createReadStream(path);
  // An error of either stream comes out of the one that is read.
  const input: Readable = packed ? pipeline(stored, createGunzip(), () => {}) : stored;
  let failure: unknown;
  input.on('error', (error) => (failure = error));
  for await (const line of createInterface({ input, crlfDelay: Infinity })) check.line(line);
  if (failure !== undefined) throw unreadable(path, failure, check.lines);
  return check.end();
}
