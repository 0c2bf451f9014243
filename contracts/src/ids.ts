import { hash } from 'node:crypto';
import { EventId } from './units.ts';

const alphabet = Array.from('abcdefghijklmnopqrstuvwxyz234567');
/** Ten bits at a time. */
const pairs = alphabet.flatMap((first) => alphabet.map((second) => first + second));

/**
 * An id that follows from what it names: 26 small letters and digits (base32 of the first 130 bits of SHA-256 over the
 * parts, each preceded by its length so that no two lists of parts run together).
 */
export function deterministicId(...parts: readonly string[]): EventId {
  let named = '';
  for (const part of parts) named += `${part.length}:${part};`;
  // As text: a Buffer for so few bytes takes longer than the hash itself.
  const digest = hash('sha256', named, 'binary');
  let id = '';
  for (let bit = 0; bit < 130; bit += 10) {
    const byte = bit >> 3;
    const bits =
      (digest.charCodeAt(byte) << 16) |
      (digest.charCodeAt(byte + 1) << 8) |
      digest.charCodeAt(byte + 2);
    id += pairs[(bits >> (14 - (bit & 7))) & 1023];
  }
  return isId(id) ? id : EventId.parse(id);
}

/** What is made of the alphabet needs no more to be an id. */
function isId(text: string): text is EventId {
  return text.length === 26;
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
