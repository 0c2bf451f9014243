import { stripVTControlCharacters } from 'node:util';

export interface Column<Row> {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly right?: boolean;
  readonly text: (row: Row) => string;
}

/** Rows as aligned text, two blanks between the columns. */
export function formatTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ text }) => text(row))),
  ];
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => width(line[at] ?? ''))));
  return cells
    .map((line) =>
      line
        .map((cell, at) => {
          const padding = ' '.repeat((widths[at] ?? 0) - width(cell));
          return columns[at]?.right ? padding + cell : cell + padding;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Labels and what is to be said of each, a line for each. */
export function formatFacts(facts: readonly (readonly string[])[]): string {
  return facts.map(([label = '', text = '']) => `${label.padEnd(16)}${text}`).join('\n');
}

function width(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
