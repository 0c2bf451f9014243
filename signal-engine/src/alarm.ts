import { marketDisturbedEvent, subjects, toTime } from '@heliograph/contracts';
import type { Outgoing } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import type { Trouble } from './feeds/live/market-watch.ts';

/** Tells what is wrong with a market: in the log, and as an event that the notifier tells people. */
export function createAlarm({
  publish,
  source,
  log,
  nowMs,
}: {
  publish: (message: Outgoing) => void;
  source: string;
  log: Logger;
  nowMs: () => number;
}): (trouble: Trouble) => void {
  return (trouble) => {
    const { kind, severity, instrument, timeMs, detail } = trouble;
    const about = { kind, ...instrument, time: toTime(timeMs), detail };
    if (severity === 'info') log.info(about, 'the market is right again');
    else log[severity === 'error' ? 'error' : 'warn'](about, 'the market is not as it should be');
    const event = marketDisturbedEvent({ ...trouble, source, nowMs: nowMs() });
    publish({ subject: subjects.alert(severity), id: event.id, body: JSON.stringify(event) });
  };
}
