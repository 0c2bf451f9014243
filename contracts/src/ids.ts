import { hash } from 'node:crypto';
import { EventId } from './units.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * An id that follows from what it names: 26 small letters and digits (base32 of the first 130 bits of SHA-256 over the
 * parts, each preceded by its length so that no two lists of parts run together).
 */
export function deterministicId(...parts: readonly string[]): EventId {
  let named = '';
  for (const part of parts) named += `${part.length}:${part};`;
  const digest = hash('sha256', named, 'buffer');
  let bits = 0;
  let held = 0;
  let id = '';
  for (let byte = 0; id.length < 26; byte++) {
    bits = (bits << 8) | (digest[byte] ?? 0);
    for (held += 8; held >= 5 && id.length < 26; held -= 5)
      id += alphabet[(bits >> (held - 5)) & 31];
    bits &= (1 << held) - 1;
  }
  return EventId.parse(id);
}

/**
 * JSON with the keys of every object in order, so that equal values are equal bytes. Fields that are undefined are
 * left out.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
