import type { Query } from './newest.ts';

/** Which rows: of the newest journal of a portfolio, of a symbol, of a strategy, and when (epoch ms, `to` excluded). */
export interface Filter {
  readonly portfolio?: string | undefined;
  readonly symbol?: string | undefined;
  readonly strategy?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Only what comes before it in the order of the rows. */
  readonly before?: Placed | undefined;
  /** The newest so many. Default: all. */
  readonly limit?: number | undefined;
}

/** Where a row comes from. */
export interface Placed {
  readonly streamId: number;
  readonly sequence: number;
}

/** The order of a journal. */
export const inJournal = ['stream_id', 'sequence'];

/** How the columns of the filter are called: prefixes, and which time counts. */
interface Columns {
  readonly run?: string;
  readonly row?: string;
  readonly ordered?: string;
  readonly time?: string;
}

/** The condition for rows of the newest journal of a portfolio; `run` is the prefix of the columns. */
export function ofNewestJournal(run = ''): string {
  return `(${run}stream_id, ${run}portfolio) = (SELECT max(stream_id), portfolio FROM portfolios WHERE portfolio = ?)`;
}

export function conditions(
  { portfolio, symbol, strategy, from, to, before }: Filter,
  { run = '', row = '', ordered = row, time = 'time' }: Columns = {},
): Query['where'] {
  return {
    [ofNewestJournal(run)]: portfolio,
    [`${row}symbol = ?`]: symbol,
    [`${ordered}strategy = ?`]: strategy,
    [`${row}${time} >= ?`]: from,
    [`${row}${time} < ?`]: to,
    [`(${row}stream_id, ${row}sequence) < (?, ?)`]: before && [before.streamId, before.sequence],
  };
}
