import type { Database } from 'better-sqlite3';

/** Sequences from `first` to `last`, both included. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** What is in the log of one storage of a stream. */
export interface StreamExtent {
  readonly stream: string;
  readonly streamId: number;
  readonly events: number;
  /** The first and the last sequence that is there or is known to have been; null where there is none. */
  readonly first: number | null;
  readonly last: number | null;
  readonly pruned: number;
  readonly refused: number;
  /** Sequences in between of which nothing is known. */
  readonly gaps: readonly Span[];
}

/**
 * Where sequences are missing, stream by stream: neither kept, nor refused as no event, nor pruned. What a stream had
 * dropped before the log came to it is no gap.
 */
export function readExtents(database: Database): StreamExtent[] {
  const holes = database.prepare<[number, number], Span>(
    `SELECT sequence + 1 AS first, following - 1 AS last FROM (
       SELECT sequence, lead(sequence, 1, ? + 1) OVER (ORDER BY sequence) AS following FROM events WHERE stream_id = ?
     ) WHERE following > sequence + 1`,
  );
  const prunedOf = database.prepare<[number], Span>(
    'SELECT first_sequence AS first, last_sequence AS last FROM pruned WHERE stream_id = ? ORDER BY first_sequence',
  );
  const refusedOf = database.prepare<[number], Span>(
    'SELECT sequence AS first, sequence AS last FROM refused WHERE stream_id = ? ORDER BY sequence',
  );
  const totals = database.prepare<
    [number],
    { events: number; first: number | null; last: number | null }
  >(
    'SELECT count(*) AS events, min(sequence) AS first, max(sequence) AS last FROM events WHERE stream_id = ?',
  );
  return database
    .prepare<[], { stream: string; streamId: number; lastSequence: number }>(
      'SELECT name AS stream, id AS streamId, last_sequence AS lastSequence FROM streams ORDER BY name, id',
    )
    .all()
    .map(({ stream, streamId, lastSequence }) => {
      const { events, first, last } = totals.get(streamId) ?? {
        events: 0,
        first: null,
        last: null,
      };
      const [pruned, refused] = [prunedOf.all(streamId), refusedOf.all(streamId)];
      const explained = [...pruned, ...refused].toSorted((a, b) => a.first - b.first);
      const earliest = Math.min(first ?? Infinity, explained[0]?.first ?? Infinity);
      const latest = Math.max(last ?? 0, lastSequence);
      const open = [
        ...(first === null ? [{ first: earliest, last: latest }] : before(first, earliest)),
        ...(first === null ? [] : holes.all(latest, streamId)),
      ];
      return {
        stream,
        streamId,
        events,
        first: Number.isFinite(earliest) ? earliest : null,
        last: latest === 0 ? null : latest,
        pruned: pruned.reduce((sum, span) => sum + span.last - span.first + 1, 0),
        refused: refused.length,
        gaps: uncovered(open, explained),
      };
    });
}

function before(first: number, earliest: number): Span[] {
  return earliest < first ? [{ first: earliest, last: first - 1 }] : [];
}

/** What of the spans no cover lies over; both in ascending order, the spans without overlap. */
export function uncovered(spans: readonly Span[], covers: readonly Span[]): Span[] {
  const left: Span[] = [];
  let next = 0;
  for (const { first, last } of spans) {
    let from = first;
    while (next < covers.length && (covers[next]?.last ?? 0) < from) next++;
    for (let at = next; at < covers.length && from <= last; at++) {
      const cover = covers[at];
      if (cover === undefined || cover.first > last) break;
      if (cover.first > from) left.push({ first: from, last: cover.first - 1 });
      from = Math.max(from, cover.last + 1);
    }
    if (from <= last) left.push({ first: from, last });
  }
  return left;
}
