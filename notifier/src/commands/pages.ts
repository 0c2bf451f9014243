import { bold, line, toHtml, type Line } from '../messages/text.ts';
import type { Reply } from './command.ts';

const linesAPage = 30;
/** Well within what Telegram takes: 4,096. */
const lettersAPage = 3_500;

/** A reply as pages of Telegram's HTML, one at least. */
export function pagesOf({
  emoji,
  title,
  lines,
}: Pick<Reply, 'emoji' | 'title' | 'lines'>): string[] {
  const pages: Line[][] = [[]];
  let letters = 0;
  for (const one of lines) {
    const length = one.reduce((sum, { text }) => sum + Math.min(text.length, 200), 1);
    const page = pages.at(-1) ?? [];
    if (page.length > 0 && (page.length >= linesAPage || letters + length > lettersAPage)) {
      pages.push([one]);
      letters = length;
      continue;
    }
    page.push(one);
    letters += length;
  }
  const head = line`${emoji} ${bold(title)}`;
  return pages.map((page) => toHtml([head, ...page], 4_096));
}
