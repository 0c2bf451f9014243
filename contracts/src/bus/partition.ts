/**
 * The partition of a signal's subject `trade_signal.<strategy>.<venue>.<symbol>`: the server's own `partition(n,2,3)`,
 * which is FNV-1a over the two tokens.
 */
export function partitionOf(subject: string, partitions: number): number {
  const [, , venue = '', symbol = ''] = subject.split('.');
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(venue + symbol)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % partitions;
}
