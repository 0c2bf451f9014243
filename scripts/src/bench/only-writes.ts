import { connectJetStreamBus, type FencedLog, type Outgoing } from '@heliograph/contracts/bus';
import type { BareAddress } from './bare-client.ts';

/** The bytes of a journal event, about. */
const bodyBytes = 700;

/**
 * How many signals a second could be traded if that were nothing but what is stored for it: one writer alone, which reads,
 * checks and decides nothing, appends the same messages in the same steps, each after the one before and behind the same
 * fence. A signal's order is intended, taken by the paper account, accepted, filled there, and the fill is written down with
 * what follows from it, for an entry two events and for an exit three.
 */
export async function onlyWrites(
  { url, user, password }: BareAddress,
  { seconds, round }: { seconds: number; round: number },
): Promise<number> {
  await using bus = await connectJetStreamBus({
    servers: url,
    credentials: { user, password },
    name: 'bench writes',
  });
  const name = `writes-${round}`;
  const journal = createWriter(bus.log(`trading.${name}`));
  const account = createWriter(bus.log(`paper.${name}`));
  const startedMs = performance.now();
  let signals = 0;
  for (; performance.now() - startedMs < seconds * 1_000; signals++) {
    await journal(1);
    await account(1);
    await journal(1);
    await account(1);
    await journal(signals % 2 === 0 ? 2 : 3);
  }
  return (signals / (performance.now() - startedMs)) * 1_000;
}

function createWriter(log: FencedLog): (count: number) => Promise<void> {
  const body = JSON.stringify({ filler: 'x'.repeat(bodyBytes) });
  let sequence = 0;
  let written = 0;
  return async (count) => {
    const messages = Array.from({ length: count }, (): Outgoing => {
      const id = `${log.prefix} ${++written}`;
      return { subject: `${log.prefix}.written`, id, body };
    });
    const appended = await log.append(messages, sequence);
    if (appended.status !== 'appended') throw new Error(`${log.prefix} has another writer`);
    sequence = appended.sequence;
  };
}
