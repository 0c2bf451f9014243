/** The first server that takes message ids within an atomic batch, on which the journal rests. */
export const oldestVersion = '2.12.1';

/** Whether a server of that version can be used. */
export function isSupported(version: string): boolean {
  const wanted = numbers(oldestVersion);
  const given = numbers(version);
  const different = wanted.findIndex((part, index) => part !== given[index]);
  return different === -1 || (given[different] ?? 0) > (wanted[different] ?? 0);
}

function numbers(version: string): number[] {
  return (/^v?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
}
