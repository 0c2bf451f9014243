import { kindsOf } from './outcome.ts';
import type { Credentials } from './load-venue.ts';

/** Some want each request of a key to have a higher number than the one before. */
const aKeyEach =
  ' (somebody else has used this key with a later clock: give each worker, and each other program, a key of its own)';

function isOutOfOrder(error: unknown, text: string): boolean {
  return kindsOf(error).includes('InvalidNonce') && /nonce/i.test(text);
}

/** One line about a vendor's error for people, without keys, signatures and queries. */
export function createErrorDescriber(credentials: Credentials): (error: unknown) => string {
  const secrets = Object.values(credentials).flatMap((value) =>
    value === '' ? [] : [value, encodeURIComponent(value)],
  );
  return (error) => {
    let text = error instanceof Error ? error.message : String(error);
    for (const secret of secrets) text = text.replaceAll(secret, '[hidden]');
    const described = text
      // The path of a stream can be a key to it.
      .replaceAll(/(wss?:\/\/[^\s/?]+)\S*/g, '$1')
      .replaceAll(/\?\S+/g, '')
      .replaceAll(/signature=\w+/g, 'signature=[hidden]')
      .replaceAll(/\s+/g, ' ')
      .slice(0, 300);
    return isOutOfOrder(error, described) ? `${described}${aKeyEach}` : described;
  };
}
