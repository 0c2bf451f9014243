import { JournalEvent } from '@heliograph/contracts';
import { localTime } from '../local-time.ts';
import type { Message, Severity } from '../messages/message.ts';

/** How something is told: with a sound, without, later together with others, or not at all. */
export const loudnesses = ['sound', 'silent', 'digest', 'off'] as const;
export type Loudness = (typeof loudnesses)[number];

/** What can be told, by the name under which a route may treat it. */
export const toldKinds = [
  ...JournalEvent.options.map((schema) => schema.shape.type.value),
  'strategy_failed',
  'message_dead_lettered',
  'market_disturbed',
  'service',
  'summary',
  'run',
] as const;
export type ToldKind = (typeof toldKinds)[number];

export const severities = ['info', 'success', 'warning', 'error'] as const satisfies Severity[];

/** What one route tells, and how. */
export interface Rules {
  /** What is not named here is told as its message has it. */
  readonly events: Partial<Readonly<Record<ToldKind, Loudness>>>;
  /** What is less grave is not told, unless it is named. */
  readonly atLeast: Severity;
  /** When nothing but what is urgent makes a sound; from the first minute of the day to the second, which may be the next day's. */
  readonly quietHours?:
    | { readonly from: number; readonly to: number; readonly zone: string }
    | undefined;
}

/** How a message is told by these rules. `nowMs` is the wall clock. */
export function loudnessOf(
  kind: ToldKind,
  { severity, quiet }: Message,
  { rules: { events, atLeast, quietHours }, nowMs }: { rules: Rules; nowMs: number },
): Loudness {
  const named = events[kind];
  const isLesser = severities.indexOf(severity) < severities.indexOf(atLeast);
  if (named === undefined && isLesser) return 'off';
  const loudness = named ?? (quiet ? 'silent' : 'sound');
  const isHushed = severity !== 'error' && isQuietAt(quietHours, nowMs);
  return loudness === 'sound' && isHushed ? 'silent' : loudness;
}

/** Whether nothing but what is urgent makes a sound then. */
export function isQuietAt(quietHours: Rules['quietHours'], nowMs: number): boolean {
  return quietHours !== undefined && isWithin(quietHours, nowMs);
}

/** What its trade's message shows as it happens. */
const followed: ReadonlySet<ToldKind> = new Set([
  'order_intended',
  'order_filled',
  'order_cancel_intended',
]);

/** Whether it is told in a message of its own although that of its trade shows it. */
export function isToldAnew(
  kind: ToldKind,
  { quiet }: Message,
  named: Loudness | undefined,
): boolean {
  return named === 'sound' || (!followed.has(kind) && !quiet);
}

function isWithin({ from, to, zone }: NonNullable<Rules['quietHours']>, nowMs: number): boolean {
  const { minuteOfDay } = localTime(nowMs, zone);
  return from <= to
    ? minuteOfDay >= from && minuteOfDay < to
    : minuteOfDay >= from || minuteOfDay < to;
}
