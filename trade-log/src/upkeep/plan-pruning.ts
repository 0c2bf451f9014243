import type { Database } from 'better-sqlite3';

export interface PruneOptions {
  /** What was stored before it may go, epoch ms. */
  readonly before: number;
  /** Whether a replay may go whose tape has ended while an order or a position was open. Default false. */
  readonly withOpenEnds?: boolean;
}

/** What becomes of a journal. It is kept whole or goes whole, for a portfolio's state is all of it. */
export interface JournalPlan {
  readonly portfolio: string;
  readonly streamId: number;
  readonly tape: string | null;
  readonly events: number;
  readonly goes: boolean;
  /** In a few words. */
  readonly why: string;
}

/** A tape of which a journal that is kept needs the signals and the market from then on, epoch ms of event time. */
interface Need {
  readonly tape: string;
  readonly from: number;
  readonly portfolio: string;
}

export interface PrunePlan {
  readonly before: number;
  readonly journals: readonly JournalPlan[];
  readonly needs: readonly Need[];
}

interface Journal {
  readonly portfolio: string;
  readonly streamId: number;
  readonly tape: string | null;
  readonly endedTime: number | null;
  readonly events: number;
  readonly lastSequence: number;
  readonly lastStored: number;
  /** 1 when another storage has taken the place of its stream. */
  readonly replaced: number;
  /** 1 when its last event is the last one of its stream. */
  readonly isLast: number;
}

const journalsSql = `
  SELECT j.portfolio, j.stream_id AS streamId, p.tape, p.ended_time AS endedTime, j.events, j.lastSequence,
    (SELECT stored_time FROM events WHERE stream_id = j.stream_id AND sequence = j.lastSequence) AS lastStored,
    j.stream_id < (SELECT max(id) FROM streams WHERE name = s.name) AS replaced,
    NOT EXISTS (SELECT 1 FROM events WHERE stream_id = j.stream_id AND sequence > j.lastSequence) AS isLast
  FROM (
    SELECT stream_id, portfolio, count(*) AS events, max(sequence) AS lastSequence
    FROM events WHERE portfolio IS NOT NULL GROUP BY portfolio, stream_id
  ) AS j
  JOIN streams AS s ON s.id = j.stream_id
  LEFT JOIN portfolios AS p ON p.stream_id = j.stream_id AND p.portfolio = j.portfolio
  ORDER BY j.stream_id, j.lastSequence`;

const openOrdersSql = `
  SELECT min(min(o.time, coalesce(o.signal_time, s.time, o.time))) AS "from", count(*) AS count
  FROM orders AS o LEFT JOIN signals AS s ON s.id = o.signal_id
  WHERE o.stream_id = @streamId AND o.portfolio = @portfolio AND o.status NOT IN ('filled', 'rejected', 'cancelled')`;

const foreignOrdersSql = `
  SELECT min(time) AS "from", count(*) AS count FROM foreign_orders
  WHERE stream_id = @streamId AND portfolio = @portfolio AND status IN ('open', 'partially_filled')`;

/** From the first fill since the position was last flat: from the signal behind it, where it is known. */
const openPositionsSql = `
  SELECT p.symbol, coalesce((
    SELECT min(min(f.time, coalesce(o.signal_time, s.time, o.time, f.time)))
    FROM fills AS f LEFT JOIN orders AS o USING (stream_id, portfolio, order_id) LEFT JOIN signals AS s ON s.id = o.signal_id
    WHERE f.stream_id = p.stream_id AND f.portfolio = p.portfolio AND f.venue = p.venue AND f.symbol = p.symbol
      AND f.sequence > coalesce((
        SELECT max(e.sequence) FROM events AS e
        WHERE e.stream_id = p.stream_id AND e.portfolio = p.portfolio AND e.type = 'position_changed'
          AND json_extract(e.body, '$.data.venue') = p.venue AND json_extract(e.body, '$.data.symbol') = p.symbol
          AND json_extract(e.body, '$.data.side') = 'flat'
      ), 0)
  ), p.time) AS "from"
  FROM positions AS p WHERE p.stream_id = @streamId AND p.portfolio = @portfolio AND p.side <> 'flat'`;

/** What may go, and what has to stay and why. Reads only. */
export function planPruning(
  database: Database,
  { before, withOpenEnds = false }: PruneOptions,
): PrunePlan {
  type Key = Pick<Journal, 'streamId' | 'portfolio'>;
  type Open = { from: number | null; count: number };
  const ordersOf = database.prepare<[Key], Open>(openOrdersSql);
  const foreignOf = database.prepare<[Key], Open>(foreignOrdersSql);
  const positionsOf = database.prepare<[Key], { symbol: string; from: number }>(openPositionsSql);

  const journals: JournalPlan[] = [];
  const needs: Need[] = [];
  for (const journal of database.prepare<[], Journal>(journalsSql).all()) {
    const { portfolio, streamId, tape, events } = journal;
    const key = { portfolio, streamId };
    const positions = positionsOf.all(key);
    const orders = [ordersOf, foreignOf].flatMap((statement) => statement.get(key) ?? []);
    const open = { positions: positions.map(({ symbol }) => symbol), orders: countOf(orders) };
    const reason = reasonToStay(journal, { before, withOpenEnds, open });
    journals.push({
      portfolio,
      streamId,
      tape,
      events,
      goes: reason === undefined,
      why: reason ?? (journal.endedTime === null ? 'its stream is gone' : 'it has ended'),
    });
    const from = Math.min(...[...positions, ...orders].map((one) => one.from ?? Infinity));
    if (reason !== undefined && tape !== null && Number.isFinite(from))
      needs.push({ tape, from, portfolio });
  }
  return { before, journals, needs };
}

function countOf(orders: readonly { readonly count: number }[]): number {
  return orders.reduce((sum, { count }) => sum + count, 0);
}

function reasonToStay(
  { tape, endedTime, replaced, isLast, lastStored }: Journal,
  {
    before,
    withOpenEnds,
    open,
  }: Required<PruneOptions> & {
    open: { readonly positions: readonly string[]; readonly orders: number };
  },
): string | undefined {
  if (tape === null) return 'its opening is not in the log';
  const mayBeOpen = endedTime !== null && withOpenEnds;
  if (!mayBeOpen && open.positions.length > 0) return `it holds ${open.positions.join(', ')}`;
  if (!mayBeOpen && open.orders > 0)
    return open.orders === 1 ? 'an order is open' : `${open.orders} orders are open`;
  if (endedTime === null && replaced === 0) return 'it goes on';
  if (lastStored >= before) return 'its end is not as old';
  if (isLast === 1)
    return 'it holds the last message of its stream, which tells that stream from another';
  return undefined;
}
