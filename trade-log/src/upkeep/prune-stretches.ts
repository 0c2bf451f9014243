import type { Database } from 'better-sqlite3';
import type { PrunePlan } from './plan-pruning.ts';

export interface DoomedRow {
  readonly sequence: number;
  readonly type: string;
  readonly tape: string | null;
  readonly time: number;
  readonly storedTime: number;
}

/** Events of one stream that follow each other. */
export interface Stretch {
  readonly streamId: number;
  readonly first: number;
  readonly last: number;
  /** Of their event times, by tape; `''` for those without. */
  readonly times: ReadonlyMap<string, { readonly from: number; readonly to: number }>;
}

const rowsAtOnce = 2_000;

/** What of a stream goes, page by page. Its last message stays: it tells the stream from another. */
export function* doomed(
  database: Database,
  streamId: number,
  { before, needs }: PrunePlan,
): Generator<{ rows: DoomedRow[]; stretches: Stretch[] }, void, undefined> {
  const page = database.prepare<[number, number], DoomedRow>(
    `SELECT sequence, type, tape, time, stored_time AS storedTime FROM events
     WHERE stream_id = ? AND sequence > ? ORDER BY sequence LIMIT ${rowsAtOnce}`,
  );
  const newest =
    database
      .prepare<[number], number | null>('SELECT max(sequence) FROM events WHERE stream_id = ?')
      .pluck()
      .get(streamId) ?? 0;
  const neededFrom = new Map<string, number>();
  for (const { tape, from } of needs)
    neededFrom.set(tape, Math.min(from, neededFrom.get(tape) ?? Infinity));
  const goes = ({ sequence, tape, time, storedTime }: DoomedRow): boolean =>
    sequence < newest &&
    storedTime < before &&
    (tape === null || time < (neededFrom.get(tape) ?? Infinity));

  let last = 0;
  for (let rows = page.all(streamId, last); rows.length > 0; rows = page.all(streamId, last)) {
    last = rows.at(-1)?.sequence ?? last;
    const going = rows.filter(goes);
    yield { rows: going, stretches: stretchesOf(streamId, rows, goes) };
    // The server stores one after the other.
    if (rows.some(({ storedTime }) => storedTime >= before)) return;
  }
}

function stretchesOf(
  streamId: number,
  rows: readonly DoomedRow[],
  goes: (row: DoomedRow) => boolean,
): Stretch[] {
  const stretches: Stretch[] = [];
  let current: DoomedRow[] = [];
  const close = (): void => {
    const [first, last] = [current[0], current.at(-1)];
    if (first && last)
      stretches.push({
        streamId,
        first: first.sequence,
        last: last.sequence,
        times: timesOf(current),
      });
    current = [];
  };
  for (const row of rows)
    if (goes(row)) current.push(row);
    else close();
  close();
  return stretches;
}

function timesOf(rows: readonly DoomedRow[]): Stretch['times'] {
  const times = new Map<string, { from: number; to: number }>();
  for (const { tape, time } of rows) {
    const { from = time, to = time } = times.get(tape ?? '') ?? {};
    times.set(tape ?? '', { from: Math.min(from, time), to: Math.max(to, time) });
  }
  return times;
}
