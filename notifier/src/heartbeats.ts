import { heartbeatBucket, type Logger, type Service } from '@heliograph/contracts/service';
import type { Bus } from '@heliograph/contracts/bus';
import { concatMap, defer, retry, tap, timer } from 'rxjs';
import type { Heartbeat } from './commands/control.ts';

/** Watches whether the services say that they are alive. */
export interface Heartbeats extends Service {
  /** Every service that was heard of and has not taken its leave. */
  all(): readonly Heartbeat[];
}

const againMs = 1_000;
const forgottenAfterMs = 86_400_000;
/** The clocks of a busy process are late by less. */
const leapMs = 2_000;

/**
 * A service that has said for so long nothing is silent, and `onChange` is told; and again when it is back. One that is silent
 * for a day is forgotten. What counts
 * is when this process heard of it: the clocks of others may be off.
 */
export function watchHeartbeats({
  bus,
  onChange,
  onForgotten,
  log,
  silentAfterMs = 20_000,
  lookEveryMs = 1_000,
  nowMs = Date.now,
}: {
  readonly bus: Pick<Bus, 'bucket'>;
  readonly onChange: (heartbeat: Heartbeat) => void;
  /** Called when a service has been silent for so long that it is not waited for any more. */
  readonly onForgotten: (heartbeat: Heartbeat) => void;
  readonly log: Logger;
  readonly silentAfterMs?: number;
  readonly lookEveryMs?: number;
  /** The wall clock, epoch ms. */
  readonly nowMs?: () => number;
}): Heartbeats {
  const known = new Map<string, Heartbeat>();

  const heard = ({ key, value }: { key: string; value: string | undefined }): void => {
    const before = known.get(key);
    if (value === undefined) {
      known.delete(key);
      return;
    }
    const now = { service: key, seenMs: nowMs(), isSilent: false };
    known.set(key, now);
    if (before?.isSilent) onChange(now);
  };
  /** A worker that was killed and comes back by another name would be missed for ever, after each restart anew. */
  const forget = (beat: Heartbeat): void => {
    known.delete(beat.service);
    onForgotten(beat);
    bus
      .bucket(heartbeatBucket)
      .then((bucket) => bucket.delete(beat.service))
      .catch((err: unknown) => log.warn({ err }, 'a silent service is not forgotten yet'));
  };
  let lookedMs = nowMs();
  const look = (): void => {
    const now = nowMs();
    const leaptMs = now - lookedMs - lookEveryMs;
    lookedMs = now;
    // Whoever slept, or whose clock was set, has not listened meanwhile: what came waits to be heard.
    const unheardMs = Math.abs(leaptMs) > leapMs ? leaptMs : 0;
    for (const [key, { seenMs, ...beat }] of known) {
      if (beat.isSilent) {
        if (now - seenMs >= forgottenAfterMs) forget({ ...beat, seenMs });
        continue;
      }
      const heardMs = seenMs + unheardMs;
      if (unheardMs !== 0) known.set(key, { ...beat, seenMs: heardMs });
      if (now - heardMs < silentAfterMs) continue;
      const silent = { ...beat, seenMs: heardMs, isSilent: true };
      known.set(key, silent);
      onChange(silent);
    }
  };
  const watching = defer(() => bus.bucket(heartbeatBucket))
    .pipe(
      concatMap((bucket) => bucket.watch()),
      tap(heard),
      retry({
        delay: (error: unknown) => {
          log.warn({ err: error }, 'heartbeats are not heard');
          return timer(againMs);
        },
        resetOnSuccess: true,
      }),
    )
    .subscribe();
  const looking = setInterval(look, lookEveryMs);
  looking.unref();
  const { promise: finished, resolve } = Promise.withResolvers<void>();
  const stop = async (): Promise<void> => {
    clearInterval(looking);
    watching.unsubscribe();
    resolve();
  };
  return {
    name: 'heartbeats',
    finished,
    stop,
    [Symbol.asyncDispose]: stop,
    all: () => [...known.values()].toSorted((a, b) => a.service.localeCompare(b.service)),
  };
}
