import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError } from '@heliograph/contracts';
import type { Bus, ReadFrom, StoredMessage } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import { interval, lastValueFrom, map, merge, toArray } from 'rxjs';
import { iterate } from './iterate.ts';

const againMs = 1_000;
const askEveryMs = 500;

/** A message of MARKET; or `quiet`: the server was asked just now, and holds no more. */
export type MarketItem = StoredMessage | 'quiet';

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
      const asking$ = interval(askEveryMs).pipe(map(() => undefined));
      for await (const come of iterate(merge(read(true), asking$), signal)) {
        // A server that is away looks just like a quiet one.
        const messages = come ? [come] : await lastValueFrom(read(false).pipe(toArray()));
        for (const message of messages) {
          if ('sequence' in from && message.sequence < from.sequence) continue;
          from = { sequence: message.sequence + 1 };
          yield message;
        }
        if (messages.length === 0) yield 'quiet';
      }
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      log.warn({ err: error, subject }, 'the market on the bus cannot be read, trying again');
      await sleep(againMs, undefined, { signal }).catch(() => undefined);
    }
}
