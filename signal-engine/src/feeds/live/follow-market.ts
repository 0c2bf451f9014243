import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError } from '@heliograph/contracts';
import type { Bus, ReadFrom, StoredMessage } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import { interval, map, merge } from 'rxjs';
import { iterate } from './iterate.ts';

const againMs = 1_000;
const tickMs = 250;

/** A message of MARKET; or `tick`, that time goes on: only once all that was stored is read. */
export type MarketItem = StoredMessage | 'tick';

/**
 * The messages of MARKET under a subject from a time on, each once and in order, and those that come, until the signal is
 * aborted. A server that is away is waited for.
 */
export async function* followMarket({
  bus,
  subject,
  fromMs,
  signal,
  log,
}: {
  bus: Pick<Bus, 'read'>;
  subject: string;
  fromMs: number;
  signal: AbortSignal;
  log: Logger;
}): AsyncGenerator<MarketItem> {
  let from: ReadFrom = { timeMs: fromMs };
  const read = (follow: boolean) => bus.read({ stream: 'MARKET', subject, from, follow });
  while (!signal.aborted)
    try {
      for await (const message of iterate(read(false), signal)) {
        from = { sequence: message.sequence + 1 };
        yield message;
      }
      const ticks$ = interval(tickMs).pipe(map(() => 'tick' as const));
      for await (const item of iterate(merge(read(true), ticks$), signal)) {
        if (item !== 'tick') from = { sequence: item.sequence + 1 };
        yield item;
      }
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      log.warn({ err: error, subject }, 'the market on the bus cannot be read, trying again');
      await sleep(againMs, undefined, { signal }).catch(() => undefined);
    }
}
