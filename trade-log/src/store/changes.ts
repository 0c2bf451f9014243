import { toMs, type JournalEventOf } from '@heliograph/contracts';

/** Where an event is kept. `portfolio` is that of the journal it belongs to. */
export interface Place {
  readonly streamId: number;
  readonly sequence: number;
  readonly portfolio: string | null;
}

type Value = string | number | null;

/** One statement, always the same text for the same table, and what to bind. */
export type Change = readonly [sql: string, values: readonly Value[]];

type Columns<E> = Readonly<Record<string, (event: E, place: Place) => Value>>;

export const origin = {
  stream_id: (_: unknown, { streamId }: Place) => streamId,
  sequence: (_: unknown, { sequence }: Place) => sequence,
};
export const journalOrigin = {
  ...origin,
  portfolio: (_: unknown, { portfolio }: Place) => portfolio,
};

/** What a journal repeats of a signal, whatever became of it. */
export const signalColumns: Columns<JournalEventOf<'order_intended' | 'signal_skipped'>> = {
  signal_id: ({ data }) => data.signalId,
  time: timeOf,
  signal_time: ({ data }) => msOrNull(data.signalTime),
  strategy: ({ data }) => data.strategy,
  venue: ({ data }) => data.venue,
  symbol: ({ data }) => data.symbol,
  intent: ({ data }) => data.intent,
  side: ({ data }) => data.side,
};

/** What becomes of a row when another event has its key. */
type OnConflict = 'keep' | 'keep-earlier' | 'replace';

/** A row for each event. */
export function insertion<E>(table: string, columns: Columns<E>, onConflict: OnConflict = 'keep') {
  const names = Object.keys(columns);
  const values = Object.values(columns);
  const marks = names.map(() => '?').join(', ');
  const replace = `DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`;
  const clauses = {
    keep: 'DO NOTHING',
    'keep-earlier': `${replace} WHERE (excluded.stream_id, excluded.sequence) < (${table}.stream_id, ${table}.sequence)`,
    replace,
  };
  const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks}) ON CONFLICT ${clauses[onConflict]}`;
  return (event: E, place: Place): Change => [sql, values.map((value) => value(event, place))];
}

/** Sets columns of the order that the event is about; those that come to null stay as they are. */
export function orderUpdate<E extends { readonly data: { readonly orderId: string } }>(
  table: 'orders' | 'foreign_orders',
  columns: Columns<E>,
) {
  const values = Object.values(columns);
  const assignments = Object.keys(columns).map((name) => `${name} = coalesce(?, ${name})`);
  const sql = `UPDATE ${table} SET ${assignments.join(', ')} WHERE stream_id = ? AND portfolio = ? AND order_id = ?`;
  return (event: E, place: Place): Change => [
    sql,
    [
      ...values.map((value) => value(event, place)),
      place.streamId,
      place.portfolio,
      event.data.orderId,
    ],
  ];
}

/** The event's time, for columns of that name. */
export function timeOf({ time }: { readonly time: string }): number {
  return toMs(time);
}

/** A time that need not be there. */
function msOrNull(time: string | undefined): number | null {
  return time === undefined ? null : toMs(time);
}
