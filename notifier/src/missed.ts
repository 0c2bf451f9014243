import { toTime } from '@heliograph/contracts';
import { compose } from './messages/compose.ts';
import type { Message } from './messages/message.ts';
import { count, things } from './messages/numbers.ts';
import { line } from './messages/text.ts';
import { moment } from './messages/times.ts';

/** What could not be told while it was news, counted by its kind. */
export interface Missed {
  add(kind: string, storedMs: number): void;
  /** One message about all of it, which begins the count anew; undefined when there is nothing. */
  take(nowMs: number): Message | undefined;
}

export function createMissed(): Missed {
  const counts = new Map<string, number>();
  let firstMs = Infinity;
  let lastMs = 0;
  return {
    add(kind, storedMs) {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      firstMs = Math.min(firstMs, storedMs);
      lastMs = Math.max(lastMs, storedMs);
    },
    take(nowMs) {
      if (counts.size === 0) return undefined;
      const id = `missed ${firstMs} ${lastMs}`;
      const all = [...counts.values()].reduce((sum, each) => sum + each, 0);
      const lines = [...counts]
        .toSorted(([, a], [, b]) => b - a)
        .map(([kind, times]) => line`${count(times)} × ${kind.replaceAll('_', ' ')}`);
      const message = compose(
        {
          severity: 'warning',
          emoji: '🗂',
          title: `${things(all, 'alert')} that could not be told in time`,
          lines: [
            line`From ${moment(toTime(firstMs))} to ${moment(toTime(lastMs))}`,
            ...lines,
            line`What was urgent is told one by one; /trades, /orders and /signals tell the rest`,
          ],
        },
        { id, time: toTime(nowMs), correlationid: id },
      );
      counts.clear();
      firstMs = Infinity;
      lastMs = 0;
      return message;
    },
  };
}
