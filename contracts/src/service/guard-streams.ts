import { createPace, type Pace } from './pace-requests.ts';

/** A connection of a stream, as ccxt keeps it. */
export interface StreamClient {
  future: (hash: string) => Promise<unknown>;
  send: (message: unknown) => Promise<unknown>;
  log?: (...words: readonly unknown[]) => void;
  throttle?: Pace;
  createConnection: () => void;
  readonly connection?: { terminate?: () => void };
}

/** What streams: a ccxt exchange. */
export interface StreamingVenue {
  readonly rateLimit: number;
  readonly options: Record<string, unknown>;
  client: (url: string) => StreamClient;
  close(): Promise<unknown>;
}

/** What a venue tells by itself, over all its connections. */
export interface Streams {
  /** All end at once, a dead one too, which would take half a minute to say goodbye to. Who listens on connects anew. */
  restart(): Promise<void>;
  /** They end for good. */
  close(): Promise<void>;
}

/**
 * ccxt 4.5.84 makes promises that it does not await: one for each subscription, one for each message that it sends. When
 * a connection breaks in the middle they reject, and as nobody handles that, Node ends the process. Whoever does await
 * them still hears of it. Of its own accord it waits before it connects again, for up to a minute, and then connects whatever has
 * ended meanwhile, which nobody would ever close: here who listens waits, and it does not. What it would print, `say` gets instead. What a stream
 * asks for waits as requests do (`paceRequests`).
 */
export function guardStreams(
  venue: StreamingVenue,
  { say }: { say?: (text: string) => void } = {},
): Streams {
  const guarded = new Set<StreamClient>();
  let isClosed = false;
  venue.options['ws'] = { ...Object(venue.options['ws']), backoff: { base: 0 } };
  const { client } = venue;
  venue.client = (url) => {
    const found = client.call(venue, url);
    if (isClosed) found.createConnection = () => {};
    if (isClosed || guarded.has(found)) return found;
    guarded.add(found);
    const { future, send } = found;
    found.throttle = createPace(() => venue.rateLimit);
    found.future = (hash) => handled(future.call(found, hash));
    if (say) found.log = (...words) => say(words.map(String).join(' '));
    found.send = (message) => handled(send.call(found, message));
    return found;
  };
  const restart = async (): Promise<void> => {
    const closed = venue.close().catch(() => undefined);
    // Also those that ccxt has given up and forgotten.
    for (const { connection } of guarded) connection?.terminate?.();
    guarded.clear();
    await closed;
  };
  return {
    restart,
    close() {
      isClosed = true;
      return restart();
    },
  };
}

function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
