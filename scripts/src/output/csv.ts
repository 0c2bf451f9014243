import { exportText } from '@heliograph/trade-log';

/**
 * Rows of one kind as CSV, a header first; what is made of parts is JSON within its cell. The columns are those of the first
 * row unless they are said.
 */
export function csvOf(
  rows: readonly object[],
  columns: readonly string[] = Object.keys(rows[0] ?? {}),
): string {
  const cells = rows.map((row) => {
    const values = new Map<string, unknown>(Object.entries(row));
    return columns.map((name) => cellOf(values.get(name)));
  });
  const text = [...exportText({ columns, json: new Set(), rows: cells.values() }, 'csv')].join('');
  return text.trimEnd();
}

function cellOf(value: unknown): string | number | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
}
