import {
  deterministicId,
  toTime,
  type EventId,
  type JournalEvent,
  type JournalEventOf,
  type JournalEventType,
} from '@heliograph/contracts';

/**
 * A journal event as the core decides it: everything but who wrote it down and when. Its id follows from the portfolio,
 * its type and `key`, so that whoever decides the same thing again makes the same event.
 */
export type Draft = {
  [T in JournalEventType]: {
    readonly type: T;
    readonly id: EventId;
    /** Event time, epoch ms. */
    readonly timeMs: number;
    readonly subject: string;
    readonly correlationId: EventId;
    readonly causationId?: EventId;
    readonly data: JournalEventOf<T>['data'];
  };
}[JournalEventType];

export type DraftOf<T extends JournalEventType> = Extract<Draft, { type: T }>;

export interface DraftContext {
  readonly portfolio: string;
  /** What makes the event unique among those of its type: a signal's, an order's, a fill's id. */
  readonly key: string;
  readonly timeMs: number;
  readonly subject: string;
  readonly correlationId: EventId;
  readonly causationId?: EventId;
}

export function draft<T extends JournalEventType>(
  type: T,
  { portfolio, key, timeMs, subject, correlationId, causationId }: DraftContext,
  data: JournalEventOf<T>['data'],
): DraftOf<T> {
  const id = deterministicId(portfolio, type, key);
  const made: object =
    causationId === undefined
      ? { type, id, timeMs, subject, correlationId, data }
      : { type, id, timeMs, subject, correlationId, causationId, data };
  return made as DraftOf<T>;
}

/** Writes a draft down. */
export function recorded(
  { type, id, timeMs, subject, correlationId, causationId, data }: Draft,
  by: { source: string; recordedMs: number; sequence?: number },
): JournalEvent {
  const event: object = {
    specversion: '1.0',
    id,
    source: by.source,
    type,
    schemaversion: 1,
    subject,
    time: toTime(timeMs),
    recordedtime: toTime(by.recordedMs),
    correlationid: correlationId,
    ...(causationId && { causationid: causationId }),
    ...(by.sequence !== undefined && { sequence: by.sequence }),
    data,
  };
  return event as JournalEvent;
}

/** What the core needs of a recorded event: the draft it was. */
export function draftOf(event: JournalEvent): Draft {
  const { type, id, time, subject, correlationid, causationid, data } = event;
  const made: object = {
    type,
    id,
    timeMs: Date.parse(time),
    subject,
    correlationId: correlationid,
    ...(causationid && { causationId: causationid }),
    data,
  };
  return made as Draft;
}
