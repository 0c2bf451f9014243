/** HTML as Telegram reads it: its text, or what Telegram says is wrong with it. */
export type ParsedHtml =
  | { readonly text: string; readonly error?: never }
  | { readonly error: string; readonly text?: never };

const tags = new Set('b strong i em u ins s strike del tg-spoiler code pre blockquote'.split(' '));
const characters: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' };
const token = /<(\/?)([^\s>]*)([^>]*)(>?)|&(lt|gt|amp|quot);|[^<&]+|&/gu;

/** Tags with attributes are refused: no message here has any. Places are byte offsets, as in Telegram's own answers. */
export function parseTelegramHtml(html: string): ParsedHtml {
  const open: string[] = [];
  let text = '';
  for (const match of html.matchAll(token)) {
    const [whole, slash, name = '', attributes, end, character] = match;
    const place = `at byte offset ${Buffer.byteLength(html.slice(0, match.index))}`;
    if (slash === undefined) {
      text += character === undefined ? whole : characters[character];
      continue;
    }
    const tag = name.toLowerCase();
    if (slash === '/') {
      const expected = open.pop();
      if (expected === undefined) return { error: `Unexpected end tag ${place}` };
      if (tag !== expected)
        return {
          error: `Unmatched end tag ${place}, expected "</${expected}>", found "</${tag}>"`,
        };
      if (end === '' || attributes !== '') return { error: `Unclosed end tag ${place}` };
      continue;
    }
    if (end === '' && attributes === '') return { error: `Unclosed start tag ${place}` };
    if (!tags.has(tag)) return { error: `Unsupported start tag "${tag}" ${place}` };
    if (end === '') return { error: `Unclosed start tag ${place}` };
    if (attributes?.trim() !== '') return { error: `Attributes ${place}` };
    open.push(tag);
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined)
    return { error: `Can't find end tag corresponding to start tag "${unclosed}"` };
  return { text };
}
