import type { Bus } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import { startNotifier, type Notifier, type NotifierOptions } from '../notifier.ts';
import { allRoutes, routeBlocked } from './all-routes.ts';

/** One way to reach people, and what is told there. */
export type AlertRoute = Pick<NotifierOptions, 'route' | 'sink' | 'rules' | 'digestEveryMs'>;

/**
 * Tells on every route, each at its own pace: one that is closed waits alone, and the others are told that it is.
 */
export function startRoutes(
  routes: readonly [AlertRoute, ...AlertRoute[]],
  options: { readonly bus: Bus; readonly log: Logger } & Pick<
    NotifierOptions,
    'retryDelays' | 'nowMs'
  >,
): Notifier {
  const [first, ...others] = routes;
  const notifiers = new Map<AlertRoute, Notifier>();
  const begin = (one: AlertRoute): Notifier => {
    const { route, sink } = one;
    const onBlocked = (remedy: string): void => {
      const told = routeBlocked(route ?? sink.name, remedy, Date.now());
      for (const [other, notifier] of notifiers)
        if (other !== one) void notifier.tell(told, 'service');
    };
    const log = route === undefined ? options.log : options.log.child({ route });
    const notifier = startNotifier({ ...options, ...one, onBlocked, log });
    notifiers.set(one, notifier);
    return notifier;
  };
  return allRoutes([begin(first), ...others.map(begin)]);
}
