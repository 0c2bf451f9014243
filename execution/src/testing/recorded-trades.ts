import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';

export const recordedStream = 'btcusdt@trade';

const Message = z.object({
  stream: z.literal(recordedStream),
  data: z.object({ t: z.number(), T: z.number(), p: z.string(), q: z.string() }),
});

export interface Recorded {
  readonly id: number;
  readonly timeMs: number;
  readonly price: string;
  readonly quantity: string;
  /** As Binance has sent it. */
  readonly text: string;
}

/** What Binance has told of its trades from 23:54:14 to 23:59 of 2024-08-08. */
export function recordedTrades(dataFolder: string): Recorded[] {
  const path = join(dataFolder, 'real/feeds/binance-spot-btcusdt_20240808.raw.gz');
  const lines = gunzipSync(readFileSync(path)).toString().trim().split('\n');
  return lines.flatMap((line) => {
    const text = line.slice(line.indexOf(' ') + 1);
    const { data: found } = Message.safeParse(JSON.parse(text));
    if (!found) return [];
    const { t, T, p, q } = found.data;
    const raw = /"data":(.*)\}$/.exec(text)?.[1] ?? '';
    return [{ id: t, timeMs: T, price: p, quantity: q, text: raw }];
  });
}
