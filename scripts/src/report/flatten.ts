/** Nested settings as lines: `risk.maxPositions`, `takeProfits[0].price`. */
export function flatten(value: unknown, name = ''): [name: string, text: string][] {
  if (typeof value !== 'object' || value === null) return [[name, String(value)]];
  const entries = Object.entries(value);
  if (entries.length === 0) return name === '' ? [] : [[name, 'none']];
  return entries.flatMap(([key, each]) => flatten(each, join(name, key, Array.isArray(value))));
}

function join(name: string, key: string, isList: boolean): string {
  if (isList) return `${name}[${key}]`;
  return name === '' ? key : `${name}.${key}`;
}
