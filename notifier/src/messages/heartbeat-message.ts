import { toTime } from '@heliograph/contracts';
import type { Heartbeat } from '../commands/control.ts';
import { compose } from './compose.ts';
import type { Message } from './message.ts';
import { line } from './text.ts';
import { duration } from './times.ts';

/** A service that has been silent for so long that whoever looks after it knows. */
export function forgottenMessage({ service, seenMs }: Heartbeat, nowMs: number): Message {
  const id = `heartbeat ${service}`;
  return compose(
    {
      severity: 'warning',
      emoji: '🪦',
      title: `Not waited for any more: ${service}`,
      lines: [line`Nothing was heard of it for ${duration(nowMs - seenMs)}`],
    },
    { id, time: toTime(nowMs), correlationid: id },
  );
}

/** A service that has fallen silent, or is back. `nowMs` is the wall clock. */
export function heartbeatMessage({ service, seenMs, isSilent }: Heartbeat, nowMs: number): Message {
  const id = `heartbeat ${service}`;
  return compose(
    isSilent
      ? {
          severity: 'error',
          emoji: '🚑',
          title: `No sign of life: ${service}`,
          lines: [
            line`Nothing was heard of it for ${duration(nowMs - seenMs)}`,
            line`See whether its process runs and reaches the message server`,
          ],
        }
      : { severity: 'success', emoji: '💚', title: `Back: ${service}`, lines: [] },
    { id, time: toTime(nowMs), correlationid: id },
  );
}
