import { UserError } from '@heliograph/contracts';

const tokens = /(?<text>"(?:[^"\\]|\\.)*")(?<colon>\s*:)?|[{}[\]]/g;

/**
 * What somebody has written by hand as JSON.
 * @throws SyntaxError when it is none, and UserError when it says something twice: only the last would count
 */
export function parseJsonText(text: string, path: string): unknown {
  // Some editors put a mark in front that nobody sees.
  const json = text.replace(/^\uFEFF/, '');
  const value: unknown = JSON.parse(json);
  const repeated = repeatedName(json);
  if (repeated === undefined) return value;
  throw new UserError(`${path}: ${repeated} is there twice: only one of them would count, keep it`);
}

/** A name that stands in one object of some JSON twice: the first would silently count for nothing. */
function repeatedName(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (const { 0: token, groups: { text, colon } = {} } of json.matchAll(tokens)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (text !== undefined && colon !== undefined) {
      const name = String(JSON.parse(text));
      if (open.at(-1)?.has(name)) return name;
      open.at(-1)?.add(name);
    }
  }
  return undefined;
}
