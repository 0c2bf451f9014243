import type { Database } from 'better-sqlite3';
import { readingError } from '../store/database-errors.ts';

type Value = string | number;

/** A query in parts. A condition whose value is undefined does not count. */
export interface Query {
  /** The columns and where they come from: what follows SELECT. */
  readonly select: string;
  /** SQL with question marks, and the value of the only one, or a list of theirs. */
  readonly where: Readonly<Record<string, Value | readonly Value[] | undefined>>;
  readonly group?: string;
  /** Columns, ascending. */
  readonly order: readonly string[];
  /** Only the last so many. */
  readonly limit?: number | undefined;
}

/**
 * The last rows of the order, in the order.
 * @throws UserError when the file is damaged or the disk fails
 */
export function newest<Row>(
  database: Database,
  { select, where, group, order, limit = -1 }: Query,
): Row[] {
  const used = Object.entries(where).filter(([, value]) => value !== undefined);
  const sql = [
    `SELECT ${select}`,
    used.length > 0 ? `WHERE ${used.map(([condition]) => condition).join(' AND ')}` : '',
    group === undefined ? '' : `GROUP BY ${group}`,
    `ORDER BY ${order.map((column) => `${column} DESC`).join(', ')}`,
    'LIMIT ?',
  ];
  const values = used.flatMap(([, value]) => value);
  try {
    return database
      .prepare<unknown[], Row>(sql.join(' '))
      .all(...values, limit)
      .toReversed();
  } catch (error) {
    throw readingError(error, database.name);
  }
}
