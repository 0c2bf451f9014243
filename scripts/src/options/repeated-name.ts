const tokens = /(?<text>"(?:[^"\\]|\\.)*")(?<colon>\s*:)?|[{}[\]]/g;

/** A name that stands in one object of some JSON twice: the first would silently count for nothing. */
export function repeatedName(json: string): string | undefined {
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
