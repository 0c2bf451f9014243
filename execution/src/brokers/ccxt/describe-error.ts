import type { Credentials } from './load-venue.ts';

/** One line about a vendor's error for people, without keys, signatures and queries. */
export function createErrorDescriber(credentials: Credentials): (error: unknown) => string {
  const secrets = Object.values(credentials).flatMap((value) =>
    value === '' ? [] : [value, encodeURIComponent(value)],
  );
  return (error) => {
    let text = error instanceof Error ? error.message : String(error);
    for (const secret of secrets) text = text.replaceAll(secret, '[hidden]');
    return (
      text
        // The path of a stream can be a key to it.
        .replaceAll(/(wss?:\/\/[^\s/?]+)\S*/g, '$1')
        .replaceAll(/\?\S+/g, '')
        .replaceAll(/signature=\w+/g, 'signature=[hidden]')
        .replaceAll(/\s+/g, ' ')
        .slice(0, 300)
    );
  };
}
