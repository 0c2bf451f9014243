import { journalPrefix } from '@heliograph/contracts';
import { z } from 'zod';
import type { BareClient } from './bare-client.ts';

/** What a worker has decided about a signal. */
export interface Decision {
  readonly signalId: string;
  readonly skipped: boolean;
  /** Of the journal's message. */
  readonly bytes: number;
}

const Decided = z.object({ type: z.string(), data: z.object({ signalId: z.string() }) });

/** Calls back with each decision as soon as the journal's message has come, before it is looked into. */
export function watchDecisions(
  client: BareClient,
  portfolio: string,
  onMessage: () => (decision: Decision) => void,
): Promise<void> {
  const prefix = journalPrefix(portfolio);
  const types = [`${prefix}.order_intended`, `${prefix}.signal_skipped`];
  return client.watch('TRADING', types, (message) => {
    const decided = onMessage();
    const { type, data } = Decided.parse(message.json());
    const bytes = message.data.byteLength;
    decided({ signalId: data.signalId, skipped: type === 'signal_skipped', bytes });
  });
}
