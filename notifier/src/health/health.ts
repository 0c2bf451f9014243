import type { Heartbeat } from '../commands/control.ts';

/** What is known of the alerts at a moment. */
export interface AlertsSeen {
  /** How many messages have been taken since this process began. */
  readonly told: number;
  /** How many events wait to be told; undefined while the message server cannot be asked. */
  readonly untold: number | undefined;
  /** By a clock that is never set. */
  readonly nowMs: number;
}

/** Whether people can rely on hearing what happens, as it is told to those who ask from outside. */
export interface Health {
  readonly isWell: boolean;
  /** When that was so, epoch ms. */
  readonly timeMs: number;
  readonly messageServer: 'reached' | 'lost';
  readonly alerts: {
    readonly told: number;
    readonly untold: number | null;
    /** For how long events have waited of which none was told. */
    readonly heldUpMs: number;
  };
  readonly services: readonly { readonly service: string; readonly isSilent: boolean }[];
}

/** Since when nothing moves, of what should; by the same clock. */
export interface Progress extends AlertsSeen {
  readonly sinceMs: number;
}

/** A burst takes a while by Telegram's limits; one that does not move at all is held up. */
export const heldUpAfterMs = 120_000;

export function progressAfter(before: Progress | undefined, seen: AlertsSeen): Progress {
  const isIdle = seen.untold === 0;
  const hasMoved =
    !before ||
    seen.told !== before.told ||
    // Those that are not to be told go by without a message.
    (seen.untold !== undefined && before.untold !== undefined && seen.untold < before.untold);
  return { ...seen, sinceMs: isIdle || hasMoved ? seen.nowMs : before.sinceMs };
}

export function healthOf(
  { told, untold, nowMs, sinceMs }: Progress,
  heartbeats: readonly Heartbeat[],
  timeMs: number,
): Health {
  const heldUpMs = Math.round(nowMs - sinceMs);
  const services = heartbeats.map(({ service, isSilent }) => ({ service, isSilent }));
  return {
    isWell:
      untold !== undefined && heldUpMs < heldUpAfterMs && !services.some((one) => one.isSilent),
    timeMs,
    messageServer: untold === undefined ? 'lost' : 'reached',
    alerts: { told, untold: untold ?? null, heldUpMs },
    services,
  };
}
