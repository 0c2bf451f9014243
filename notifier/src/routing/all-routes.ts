import { toTime } from '@heliograph/contracts';
import { compose } from '../messages/compose.ts';
import type { Message } from '../messages/message.ts';
import { line } from '../messages/text.ts';
import type { Notifier } from '../notifier.ts';

/** Several notifiers as one: each tells its own people, whatever becomes of the others. */
export function allRoutes(notifiers: readonly [Notifier, ...Notifier[]]): Notifier {
  const each = async <T>(work: (notifier: Notifier) => Promise<T>): Promise<T[]> =>
    Promise.all(notifiers.map(work));
  const finished = each((notifier) => notifier.finished).then(() => undefined);
  // Whoever wants to know awaits it.
  finished.catch(() => undefined);
  const stop = async (): Promise<void> => void (await each((notifier) => notifier.stop()));
  return {
    name: notifiers[0].name,
    finished,
    stop,
    [Symbol.asyncDispose]: stop,
    alerts: () => notifiers.reduce((sum, notifier) => sum + notifier.alerts(), 0),
    untold: async () => Math.max(...(await each((notifier) => notifier.untold()))),
    caughtUp: async () => void (await each((notifier) => notifier.caughtUp())),
    async tell(message, kind) {
      const told = await each((notifier) => notifier.tell(message, kind));
      return told.every(Boolean);
    },
  };
}

/** One way to reach people is closed; the others are told. */
export function routeBlocked(route: string, remedy: string, nowMs: number): Message {
  const id = `route ${route} blocked ${nowMs}`;
  return compose(
    {
      severity: 'error',
      emoji: '🚧',
      title: `Alerts do not get through: ${route}`,
      lines: [line`${remedy}`, line`They wait for it; everybody else is told`],
    },
    { id, time: toTime(nowMs), correlationid: id },
  );
}
