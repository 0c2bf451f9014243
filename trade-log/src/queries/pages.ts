import { toMs } from '@heliograph/contracts';
import type { Database } from 'better-sqlite3';
import { ofNewestJournal, type Filter, type Placed } from './filter.ts';
import { readPortfolio } from './queries.ts';
import { QueryRefused } from './query-refused.ts';
import type { PortfolioRow } from './rows.ts';

interface PageRequest {
  readonly portfolio?: string | undefined;
  readonly symbol?: string | undefined;
  readonly strategy?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** One row more than is wanted tells whether there is more. */
export function pageOf(
  database: Database,
  { portfolio: name, symbol, strategy, from, to, limit, cursor }: PageRequest,
  rows: { readonly table: 'orders' | 'trades' | 'signals'; readonly key: string },
): { portfolio: string; filter: Filter } {
  const { portfolio } = portfolioNamed(database, name);
  const before =
    cursor === undefined ? undefined : placeOf(database, { portfolio, cursor, ...rows });
  const filter = { portfolio, symbol, strategy, ...spanOf({ from, to }), before, limit: limit + 1 };
  return { portfolio, filter };
}

/** A cursor is the key of the last row that was answered. */
function placeOf(
  database: Database,
  {
    portfolio,
    cursor,
    table,
    key,
  }: { portfolio: string; cursor: string; table: 'orders' | 'trades' | 'signals'; key: string },
): Placed {
  const inJournal = table === 'signals' ? '' : `AND ${ofNewestJournal()}`;
  const place = database
    .prepare<unknown[], Placed>(
      `SELECT stream_id AS streamId, sequence FROM ${table} WHERE ${key} = ? ${inJournal}`,
    )
    .get(cursor, ...(table === 'signals' ? [] : [portfolio]));
  if (place) return place;
  throw new QueryRefused('NOT_FOUND', `the cursor ${cursor} leads nowhere: begin without one`);
}

export function cut<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => string,
): { page: readonly Row[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { page, next: rows.length > limit && last !== undefined ? keyOf(last) : null };
}

export function spanOf({
  from,
  to,
}: Pick<PageRequest, 'from' | 'to'>): Pick<Filter, 'from' | 'to'> {
  return {
    from: from === undefined ? undefined : toMs(from),
    to: to === undefined ? undefined : toMs(to),
  };
}

/** @throws QueryRefused when there is none */
export function portfolioNamed(database: Database, name: string | undefined): PortfolioRow {
  const row = readPortfolio(database, name);
  if (row) return row;
  throw new QueryRefused(
    'NOT_FOUND',
    name === undefined ? 'the log has no portfolio yet' : `there is no portfolio ${name}`,
  );
}
