import { canonicalJson } from '@heliograph/contracts';

/** In which settings two differ, for the person who has to make them agree: `feeBps is "10" there, "11" here`. */
export function settingDifferences(there: object, here: object): string {
  return differencesOf(there, here, '').join('; ');
}

function differencesOf(there: object, here: object, within: string): string[] {
  const ours = new Map<string, unknown>(Object.entries(here));
  const theirs = new Map<string, unknown>(Object.entries(there));
  const names = new Set([...theirs.keys(), ...ours.keys()]);
  return [...names].flatMap((name) => {
    const [a, b] = [theirs.get(name), ours.get(name)];
    const path = `${within}${name}`;
    if (isGroup(a) && isGroup(b)) return differencesOf(a, b, `${path}.`);
    const isSame =
      a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b));
    return isSame ? [] : [`${path} is ${said(a)} there, ${said(b)} here`];
  });
}

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function said(value: unknown): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}
