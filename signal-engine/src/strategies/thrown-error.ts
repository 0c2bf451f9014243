/** What was thrown, as an error that holds nothing but texts: it may be anything, and refuse to be looked at. */
export function errorOfThrown(thrown: unknown): Error {
  try {
    if (!(thrown instanceof Error)) return new Error(String(thrown));
    const error = new Error(textOf(thrown.message));
    error.name = textOf(thrown.name);
    error.stack = textOf(thrown.stack);
    return error;
  } catch {
    return new Error('what was thrown cannot be shown');
  }
}

/** Types promise a text; whoever throws need not keep that. */
function textOf(value: unknown): string {
  return String(value);
}
