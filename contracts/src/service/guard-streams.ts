import { createPace, type Pace } from './pace-requests.ts';

/** A connection of a stream, as ccxt keeps it. */
export interface StreamClient {
  future: (hash: string) => Promise<unknown>;
  send: (message: unknown) => Promise<unknown>;
  log?: (...words: readonly unknown[]) => void;
  throttle?: Pace;
  readonly connection?: { terminate?: () => void };
}

/** What streams: a ccxt exchange. */
export interface StreamingVenue {
  readonly rateLimit: number;
  client: (url: string) => StreamClient;
  close(): Promise<unknown>;
}

/** Ends all streams at once: a dead connection would take half a minute to say goodbye to. */
export type CloseStreams = () => Promise<void>;

/**
 * ccxt 4.5.84 makes promises that it does not await: one for each subscription, one for each message that it sends. When
 * a connection breaks in the middle they reject, and as nobody handles that, Node ends the process. Whoever does await
 * them still hears of it. What it would print, `say` gets instead. What a stream asks for waits as requests do (`paceRequests`).
 */
export function guardStreams(
  venue: StreamingVenue,
  { say }: { say?: (text: string) => void } = {},
): CloseStreams {
  const guarded = new Set<StreamClient>();
  const { client } = venue;
  venue.client = (url) => {
    const found = client.call(venue, url);
    if (guarded.has(found)) return found;
    guarded.add(found);
    const { future, send } = found;
    found.throttle = createPace(() => venue.rateLimit);
    found.future = (hash) => handled(future.call(found, hash));
    if (say) found.log = (...words) => say(words.map(String).join(' '));
    found.send = (message) => handled(send.call(found, message));
    return found;
  };
  return async () => {
    const closed = venue.close().catch(() => undefined);
    // Also those that ccxt has given up and forgotten.
    for (const { connection } of guarded) connection?.terminate?.();
    guarded.clear();
    await closed;
  };
}

function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
