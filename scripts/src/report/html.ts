import type { Column } from '../output/table.ts';

/** Text as it stands between tags and in quoted attributes. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** JSON that stands in a script element: nothing in it ends the element. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/** A script that stands in its element: a string in it that looks like the end of the element is written otherwise. */
export function scriptText(source: string): string {
  return source.replaceAll(/<\/(?=script)/gi, '<\\/').replaceAll('<!--', '<\\!--');
}

/** A section of the page. */
export function section(
  title: string,
  content: string,
  { id, note }: { id: string; note?: string | undefined },
): string {
  const said = note === undefined ? '' : `<p class="note">${escaped(note)}</p>\n`;
  return `<section id="${id}">\n<h2>${escaped(title)}</h2>\n${said}${content}\n</section>\n`;
}

/** How a cell is shown, beside its text. */
export interface HtmlColumn<Row> extends Column<Row> {
  readonly className?: (row: Row) => string;
}

/** Rows as a table that scrolls by itself where it is wider than the page. */
export function table<Row>(
  columns: readonly HtmlColumn<Row>[],
  rows: readonly Row[],
  attributes: (row: Row) => string = () => '',
): string {
  const head = columns
    .map(({ title, right }) => `<th scope="col"${classes(right, '')}>${escaped(title)}</th>`)
    .join('');
  const body = rows.map((row) => {
    const cells = columns.map(
      ({ text, right, className }) =>
        `<td${classes(right, className?.(row) ?? '')}>${escaped(text(row))}</td>`,
    );
    return `<tr${attributes(row)}>${cells.join('')}</tr>`;
  });
  return `<div class="wide" tabindex="0"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table></div>`;
}

function classes(right: boolean | undefined, own: string): string {
  const names = [right ? 'right' : '', own].filter((name) => name !== '').join(' ');
  return names === '' ? '' : ` class="${names}"`;
}
