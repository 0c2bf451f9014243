import { createHash } from 'node:crypto';
import { canonicalJson } from '@heliograph/contracts';
import type { Draft } from './decision/state/draft.ts';

const takenAtOnce = 16_384;

/**
 * SHA-256 over what was decided, in order: one line of canonical JSON for each `order_intended` and `signal_skipped`
 * with its type, its event time and its data but for the ids, the words, which may hold ids, and the place on the bus: all that
 * names the run. So equal decisions of two runs give the same hash, whatever they are called and whoever made them.
 */
export function createDecisionsHash(): { add(event: Draft): void; digest(): string } {
  const hash = createHash('sha256');
  let lines = '';
  const take = (): void => {
    hash.update(lines);
    lines = '';
  };
  return {
    add({ type, timeMs, data }) {
      if (type !== 'order_intended' && type !== 'signal_skipped') return;
      const facts = {
        type,
        timeMs,
        ...data,
        signalId: undefined,
        orderId: undefined,
        protects: undefined,
        detail: undefined,
        reasons: undefined,
        marketSequence: undefined,
      };
      lines += `${canonicalJson(facts)}\n`;
      // Taking it in costs as much for a line as for many.
      if (lines.length >= takenAtOnce) take();
    },
    digest() {
      take();
      return hash.copy().digest('hex');
    },
  };
}
