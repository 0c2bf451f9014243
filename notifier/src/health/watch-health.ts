import { TransientError } from '@heliograph/contracts';
import type { Logger, Service } from '@heliograph/contracts/service';
import type { Heartbeat } from '../commands/control.ts';
import { healthOf, progressAfter, type Health, type Progress } from './health.ts';
import { startHealthServer, type HealthServer, type Listen } from './health-server.ts';
import { startPings, type Ping } from './pings.ts';

export interface HealthOptions {
  /** Where it can be asked for over HTTP. */
  readonly listen?: Listen | undefined;
  /** Who is told again and again that all is well, and raises an alarm of its own when it is not. */
  readonly ping?: Ping | undefined;
}

export interface HealthSources {
  /** @throws TransientError while the message server cannot be asked */
  readonly untold: () => Promise<number>;
  readonly told: () => number;
  readonly heartbeats: () => readonly Heartbeat[];
  readonly log: Logger;
}

export interface HealthWatch extends Service {
  /** Undefined where nobody is to ask. */
  readonly url?: string | undefined;
}

const lookEveryMs = 5_000;

/**
 * Shows from outside whether the notifier works: who has told people of everything else can tell of everything but its
 * own silence.
 * @throws UserError when it cannot be listened there
 */
export async function watchHealth(
  { listen, ping }: HealthOptions,
  { untold, told, heartbeats, log }: HealthSources,
): Promise<HealthWatch> {
  let progress: Progress | undefined;
  let looking: Promise<Health> | undefined;

  const look = async (): Promise<Health> => {
    const waiting = await untold().catch((error: unknown) => {
      if (error instanceof TransientError) return undefined;
      throw error;
    });
    progress = progressAfter(progress, { told: told(), untold: waiting, nowMs: performance.now() });
    return healthOf(progress, heartbeats(), Date.now());
  };
  /** Whoever asks meanwhile gets the same answer: nobody can make it look more often than it can. */
  const current = (): Promise<Health> =>
    (looking ??= look().finally(() => {
      looking = undefined;
    }));

  await using stack = new AsyncDisposableStack();
  const server: HealthServer | undefined =
    listen && stack.use(await startHealthServer(listen, current));
  if (ping) stack.use(startPings(ping, { current, log }));
  const timer = setInterval(
    () => void current().catch((err: unknown) => log.error({ err }, 'health is not known')),
    lookEveryMs,
  );
  timer.unref();
  stack.defer(() => clearInterval(timer));
  const kept = stack.move();
  const { promise: finished, resolve } = Promise.withResolvers<void>();
  const stop = async (): Promise<void> => {
    await kept.disposeAsync();
    resolve();
  };
  return { name: 'health', url: server?.url, finished, stop, [Symbol.asyncDispose]: stop };
}
