import { createLogger } from '@heliograph/contracts/service';
import type { Bus, Delivery, StoredMessage, StreamName } from '@heliograph/contracts/bus';
import { startTradeLog } from '@heliograph/trade-log';
import type { openDatabase } from '@heliograph/trade-log';
import { EMPTY, Observable } from 'rxjs';
import { historyIdentity, type SampleHistory } from './sample-history.ts';

type Database = ReturnType<typeof openDatabase>;

/** How many messages the trade log writes in one transaction when there are enough of them. */
export const logBatch = 500;

/** Runs the trade log over a history that lies in memory: no server takes part. Resolves to how many it has written. */
export async function logHistory(history: SampleHistory, database: Database): Promise<number> {
  const log = createLogger({ name: 'bench', level: 'silent' });
  const bus = memoryFeed(history.messages);
  const service = startTradeLog({ bus, database, log, maxBatch: logBatch });
  try {
    await Promise.race([service.caughtUp(), service.finished]);
    return service.logged();
  } finally {
    await service.stop();
  }
}

type Feed = Pick<Bus, 'copies' | 'lastSequence' | 'read' | 'streamIdentity'>;

/** As many messages at once as the real bus would hand out, the next ones when these are acknowledged. */
function memoryFeed(messages: readonly StoredMessage[]): Feed {
  const last = new Map<StreamName, number>();
  for (const { stream, sequence } of messages) last.set(stream, sequence);
  return {
    streamIdentity: async (stream) => historyIdentity(stream),
    lastSequence: async (stream) => last.get(stream) ?? 0,
    read: () => EMPTY,
    copies: ({ consumer, maxInFlight = 1 }) =>
      new Observable<Delivery>((subscriber) => {
        let next = 0;
        let free = maxInFlight;
        let due = false;
        const pump = (): void => {
          due = false;
          for (; free > 0 && next < messages.length && !subscriber.closed; free--) {
            const message = messages[next++];
            if (message) subscriber.next(deliver(message, consumer, acked));
          }
        };
        const acked = (): void => {
          free++;
          if (due) return;
          due = true;
          queueMicrotask(pump);
        };
        pump();
      }),
  };
}

function deliver(message: StoredMessage, consumer: string, ack: () => void): Delivery {
  return {
    message,
    consumer,
    deliveryCount: 1,
    pending: 0,
    ackWaitMs: 5_000,
    ack,
    retry: () => undefined,
    working: () => undefined,
    reject: async () => undefined,
  };
}
