import { PermanentError } from '@heliograph/contracts';
import type { Bus, StoredMessage } from '@heliograph/contracts/bus';
import type { Database } from 'better-sqlite3';
import { bufferCount, lastValueFrom, tap } from 'rxjs';
import { createEventStore, type Entry } from '../store/event-store.ts';
import { openStreams } from './open-streams.ts';
import { loggedStreams, readEvent, type LoggedStream } from '../store/read-event.ts';

const messagesAtOnce = 1_000;
/** While it is being written to: whatever an event rests on was stored before it, and so is read after it. */
const outcomesFirst = [...loggedStreams].toSorted((a, b) => rankOf(a) - rankOf(b));

function rankOf(stream: LoggedStream): number {
  return ['DEAD_LETTERS', 'ALERTS', 'COMMANDS', 'TRADING', 'SIGNALS', 'MARKET'].indexOf(stream);
}

/**
 * Keeps all that the streams of a bus hold now in a log, as a trade log that had listened from the start would have it.
 * What is no event is left out, as it is there.
 * @returns how many events there are
 */
export async function loadStreams(
  bus: Pick<Bus, 'lastSequence' | 'read' | 'streamIdentity'>,
  database: Database,
  onEvents: (events: number) => void = () => undefined,
): Promise<number> {
  const store = createEventStore(database);
  const streams = await openStreams(bus, store);
  let events = 0;
  for (const stream of outcomesFirst) {
    const streamId = streams.get(stream)?.id ?? 0;
    const kept$ = bus.read({ stream }).pipe(
      bufferCount(messagesAtOnce),
      tap((messages) => {
        events += store.keep(messages.map((message) => entryOf(message, streamId)));
        onEvents(events);
      }),
    );
    await lastValueFrom(kept$, { defaultValue: undefined });
  }
  return events;
}

function entryOf(message: StoredMessage, streamId: number): Entry {
  try {
    return { streamId, message, read: readEvent(message) };
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return { streamId, message, read: undefined, refusal: error.message };
  }
}
