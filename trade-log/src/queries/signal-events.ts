import { OrderId, toTime, type QueryResult } from '@heliograph/contracts';
import type { Database } from 'better-sqlite3';
import { z } from 'zod';

type StoryEvent = QueryResult<'story'>['events'][number];

interface Row {
  readonly id: StoryEvent['id'];
  readonly type: string;
  readonly portfolio: string | null;
  readonly time: number;
  readonly storedTime: number;
  readonly sequence: number;
  readonly body: string;
}

/** What tells whom an event is about. */
const Facts = z.object({
  data: z.looseObject({
    signalId: z.string().optional(),
    orderId: OrderId.optional(),
    entrySignalId: z.string().optional(),
    exitSignalId: z.string().optional(),
    protects: z.string().optional(),
  }),
});

const mostEvents = 200;
/** Of one journal: a story that has not ended by then is told up to there. */
const mostRows = 20_000;

/**
 * A signal, and what the journals have about it, its orders and those that protect them; undefined when it is not there.
 * Journals are read from the decision on, and not beyond the last row that can matter.
 */
export function readSignalEvents(
  database: Database,
  signalId: StoryEvent['id'],
  portfolio?: string,
): QueryResult<'story'> | undefined {
  const columns =
    'e.id, e.type, e.portfolio, e.time, e.stored_time AS storedTime, e.sequence, e.body';
  const signal = database
    .prepare<[string], Row>(
      `SELECT ${columns} FROM signals AS s JOIN events AS e USING (stream_id, sequence) WHERE s.id = ?`,
    )
    .get(signalId);
  const journals = database
    .prepare<unknown[], { streamId: number; portfolio: string; first: number }>(
      `SELECT stream_id AS streamId, portfolio, min(sequence) AS first FROM decisions WHERE signal_id = ?
       ${portfolio === undefined ? '' : 'AND portfolio = ?'} GROUP BY stream_id, portfolio ORDER BY stream_id, first`,
    )
    .all(signalId, ...(portfolio === undefined ? [] : [portfolio]));
  // A signal may have been pruned; the journals are whole.
  if (signal === undefined && journals.length === 0) return undefined;
  const rowsFrom = database.prepare<[string, number, number, number], Row>(
    `SELECT ${columns} FROM events AS e WHERE portfolio = ? AND stream_id = ? AND sequence >= ?
     ORDER BY sequence LIMIT ?`,
  );
  const events: StoryEvent[] = signal ? [viewOf(signal, null)] : [];
  let complete = true;
  for (const journal of journals) {
    const orders = new Set<string>();
    let rows = 0;
    for (const row of rowsFrom.iterate(
      journal.portfolio,
      journal.streamId,
      journal.first,
      mostRows,
    )) {
      rows++;
      // Cheaper than to read what is of no concern.
      if (!row.body.includes(signalId) && ![...orders].some((id) => row.body.includes(id)))
        continue;
      const facts = Facts.safeParse(JSON.parse(row.body));
      if (!facts.success) continue;
      const { orderId, protects, ...signals } = facts.data.data;
      const isAbout =
        [signals.signalId, signals.entrySignalId, signals.exitSignalId].includes(signalId) ||
        (orderId !== undefined && orders.has(orderId)) ||
        (protects !== undefined && orders.has(protects));
      if (!isAbout) continue;
      if (orderId !== undefined) orders.add(orderId);
      if (events.length === mostEvents) return { signalId, events, complete: false };
      events.push(viewOf(row, orderId ?? null));
    }
    complete &&= rows < mostRows;
  }
  return { signalId, events, complete };
}

function viewOf(
  { id, type, portfolio, time, storedTime, sequence }: Row,
  orderId: StoryEvent['orderId'],
): StoryEvent {
  const times = { time: toTime(time), storedTime: toTime(storedTime) };
  return { id, type, portfolio, ...times, sequence, orderId };
}
