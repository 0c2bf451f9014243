import { count } from './numbers.ts';

/** A piece of text with at most one style. */
export interface Span {
  readonly text: string;
  readonly style?: 'bold' | 'code' | 'italic';
}

export type Line = readonly Span[];

/** A line of spans: what is interpolated as a string comes out as that text, whatever it holds. */
export function line(parts: TemplateStringsArray, ...values: readonly (string | Span)[]): Line {
  return parts.flatMap((part, index) => {
    const value = values[index];
    const spans = value === undefined ? [] : [typeof value === 'string' ? { text: value } : value];
    return part === '' ? spans : [{ text: part }, ...spans];
  });
}

export function bold(text: string): Span {
  return { text, style: 'bold' };
}

export function code(text: string): Span {
  return { text, style: 'code' };
}

export function italic(text: string): Span {
  return { text, style: 'italic' };
}

/** Lines as one, with commas between them. */
export function joined(lines: readonly Line[]): Line {
  return lines.flatMap((one, index) => (index === 0 ? one : [{ text: ', ' }, ...one]));
}

const maxListed = 5;

/** A line for each of the first few, and how many more there are. */
export function listed<T>(items: readonly T[], show: (item: T) => Line): Line[] {
  const lines = items.slice(0, maxListed).map(show);
  const more = items.length - lines.length;
  return more === 0 ? lines : [...lines, line`and ${count(more)} more`];
}

const maxSpanLength = 200;

/** Lines as Telegram's HTML, cut so that at most `maxLength` UTF-16 units are left once it is parsed. */
export function toHtml(lines: readonly Line[], maxLength: number): string {
  let html = '';
  let room = maxLength;
  for (const [index, line] of lines.entries()) {
    const lineBreak = index === 0 ? '' : '\n';
    if (room <= lineBreak.length) break;
    html += lineBreak;
    room -= lineBreak.length;
    for (const { text, style } of line) {
      const shown = tidy(text, room);
      html += markUp(shown, style);
      room -= shown.length;
    }
  }
  return html;
}

/** A line without its styles. */
export function toPlain(line: Line): string {
  return line.map(({ text }) => tidy(text, maxSpanLength)).join('');
}

// Line breaks and terminal commands, and the marks that turn the direction of whatever follows.
const unprintable = /[\p{Cc}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** Text of strangers as it may be shown: well-formed, on one line, of a length that fits a phone. */
function tidy(text: string, room: number): string {
  const shown = cut(text, Math.min(room, maxSpanLength));
  return shown.toWellFormed().replaceAll(unprintable, ' ');
}

/** At most that many UTF-16 units, none of them half a character; an ellipsis stands for what is gone. */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  if (maxLength < 1) return '';
  const kept = text.slice(0, maxLength - 1);
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const tags = { bold: 'b', code: 'code', italic: 'i' } as const;

function markUp(text: string, style: Span['style']): string {
  const escaped = text.replaceAll(/[&<>]/g, (character) => entities[character] ?? character);
  return style && text !== '' ? `<${tags[style]}>${escaped}</${tags[style]}>` : escaped;
}
