import { toTime } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { compose } from './messages/compose.ts';
import type { Message } from './messages/message.ts';
import { things } from './messages/numbers.ts';
import { line } from './messages/text.ts';
import { moment } from './messages/times.ts';
import { kindLines, openTally, sumOf, type Counted, type TallyPlace } from './tally.ts';

/** What could not be told while it was news, counted by its kind. It outlives the process. */
export interface Missed {
  add(kind: string, at: { readonly timeMs: number; readonly place?: TallyPlace }): Promise<void>;
  /** One message about all of it, to be told; undefined when there is nothing. */
  sum(): Promise<MissedSum | undefined>;
}

export interface MissedSum {
  readonly message: Message;
  /** To be called when it was told: the count begins anew. */
  readonly told: () => Promise<void>;
}

export function openMissed(bus: Pick<Bus, 'bucket'>, route: string, nowMs: () => number): Missed {
  const tally = openTally(bus, `${route}.missed`);
  /** There may be something of an earlier process. */
  let mayBe = true;
  return {
    async add(kind, at) {
      mayBe = true;
      await tally.add(kind, at);
    },
    async sum() {
      if (!mayBe) return undefined;
      const counted = await tally.read();
      mayBe = counted !== undefined;
      return (
        counted && { message: missedMessage(counted, nowMs()), told: () => tally.told(counted) }
      );
    },
  };
}

function missedMessage(counted: Counted, nowMs: number): Message {
  const { sinceMs, untilMs } = counted;
  const id = `missed ${sinceMs} ${untilMs}`;
  return compose(
    {
      severity: 'warning',
      emoji: '🗂',
      title: `${things(sumOf(counted), 'alert')} that could not be told in time`,
      lines: [
        line`From ${moment(toTime(sinceMs))} to ${moment(toTime(untilMs))}`,
        ...kindLines(counted),
        line`What was urgent is told one by one; /trades, /orders and /signals tell the rest`,
      ],
    },
    { id, time: toTime(nowMs), correlationid: id },
  );
}
