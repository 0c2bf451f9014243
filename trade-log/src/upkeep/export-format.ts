import type { Export, ExportValue } from './export-log.ts';

export const exportFormats = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof exportFormats)[number];

const chunkLength = 64 * 1_024;

/** The rows as text, in pieces of some 64 KiB: one after the other is all that is ever held. */
export function* exportText(
  { columns, json, rows }: Export,
  format: ExportFormat,
  onRows?: (rows: number) => void,
): Generator<string, void, undefined> {
  const lineOf =
    format === 'csv' ? csvLine : (row: readonly ExportValue[]) => jsonLine(columns, json, row);
  let chunk = format === 'csv' ? csvLine(columns) : '';
  let count = 0;
  for (const row of rows) {
    chunk += lineOf(row);
    count++;
    if (chunk.length < chunkLength) continue;
    yield chunk;
    chunk = '';
    onRows?.(count);
  }
  if (chunk !== '') yield chunk;
  onRows?.(count);
}

function jsonLine(
  columns: readonly string[],
  json: ReadonlySet<string>,
  row: readonly ExportValue[],
): string {
  const fields = columns.map((name, at) => {
    const value = row[at] ?? null;
    const text = json.has(name) && typeof value === 'string' ? value : JSON.stringify(value);
    return `${JSON.stringify(name)}:${text}`;
  });
  return `{${fields.join(',')}}\n`;
}

/** RFC 4180, but for the end of a line, which is a line feed alone. */
function csvLine(row: readonly ExportValue[]): string {
  return `${row.map(csvCell).join(',')}\n`;
}

function csvCell(value: ExportValue): string {
  if (value === null) return '';
  const text = typeof value === 'string' ? harmless(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Spreadsheets compute what begins so; text that came from outside must not be computed. A number may be negative. */
function harmless(text: string): string {
  const isFormula = /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text);
  return isFormula ? `'${text}` : text;
}
