import type { CcxtVenue, StreamClient } from './load-venue.ts';

/** Ends all streams at once: a dead connection would take half a minute to say goodbye to. */
export type CloseStreams = () => Promise<void>;

/**
 * ccxt 4.5.84 makes promises that it does not await: one for each subscription, one for each message that it sends. When
 * a connection breaks in the middle they reject, and as nobody handles that, Node ends the process. Whoever does await
 * them still hears of it.
 */
export function guardStreams(venue: CcxtVenue): CloseStreams {
  const guarded = new Set<StreamClient>();
  const { client } = venue;
  venue.client = (url) => {
    const found = client.call(venue, url);
    if (guarded.has(found)) return found;
    guarded.add(found);
    const { future, send } = found;
    found.future = (hash) => handled(future.call(found, hash));
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
