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
  // As text: a Buffer for so few bytes takes longer than the hash itself.
  const digest = hash('sha256', named, 'binary');
  let bits = 0;
  let held = 0;
  let id = '';
  for (let byte = 0; id.length < 26; byte++) {
    bits = (bits << 8) | digest.charCodeAt(byte);
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
  return JSON.stringify(ordered(value));
}

/** Put in order before, for JSON.stringify is slow where it has to ask about each value. */
function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') return ordered(value.toJSON());
  if (Array.isArray(value)) return value.map(ordered);
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const inOrder: Record<string, unknown> = {};
  for (const name of Object.keys(fields).toSorted()) {
    const inner = ordered(fields[name]);
    // Assigned, that one would be no field.
    if (name === '__proto__')
      Object.defineProperty(inOrder, name, { value: inner, enumerable: true });
    else inOrder[name] = inner;
  }
  return inOrder;
}
