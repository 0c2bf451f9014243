import { inspect } from 'node:util';

/** A text that shows itself to nobody who prints, logs or serialises it. */
export interface Secret {
  reveal(): string;
  /** Tells nothing. */
  toString(): string;
}

const hidden = '[hidden]';

export function createSecret(text: string): Secret {
  const shown = { toString: () => hidden, toJSON: () => hidden, [inspect.custom]: () => hidden };
  return { ...shown, reveal: () => text };
}
