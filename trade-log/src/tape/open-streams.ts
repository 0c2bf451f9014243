import type { Bus, StreamName } from '@heliograph/contracts/bus';
import { firstValueFrom } from 'rxjs';
import type { EventStore, KnownStream } from '../store/event-store.ts';
import { loggedStreams, type LoggedStream } from '../store/read-event.ts';

type Reader = Pick<Bus, 'lastSequence' | 'read' | 'streamIdentity'>;

/**
 * Finds where each stream has been kept to. One that was made anew, or that lost its end in a power cut and used its
 * sequences again, begins from its start: what is known already changes nothing.
 */
export async function openStreams(
  bus: Reader,
  store: Pick<EventStore, 'stream' | 'nextGeneration'>,
): Promise<ReadonlyMap<StreamName, KnownStream>> {
  const opened = loggedStreams.map(async (name) => {
    const identity = await bus.streamIdentity(name);
    const known = store.stream(name, identity);
    const goesOn = await stillHolds(bus, name, known);
    return [name, goesOn ? known : store.nextGeneration(name, identity)] as const;
  });
  return new Map(await Promise.all(opened));
}

/** Whether the stream has what was kept of it last, or has dropped it as too old. */
async function stillHolds(
  bus: Reader,
  stream: LoggedStream,
  { lastKept }: KnownStream,
): Promise<boolean> {
  if (lastKept === undefined) return true;
  const { sequence } = lastKept;
  const stored = await firstValueFrom(bus.read({ stream, from: { sequence } }), {
    defaultValue: undefined,
  });
  if (stored === undefined) return (await bus.lastSequence(stream)) >= sequence;
  return stored.sequence > sequence || stored.body === lastKept.body;
}
