import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { checks } from './checks.ts';

const words: Record<string, string> = {
  'entry exit cancel write-off': 'all',
  entry: 'entries',
  'entry exit': 'entries and exits',
  cancel: 'cancels',
  'entry exit write-off': 'all but cancels',
  'write-off': 'write-offs',
};

test('docs/risk.md lists the checks as they are asked', async () => {
  const page = await readFile(new URL('../../../../docs/risk.md', import.meta.url), 'utf8');
  const rows = page.matchAll(/^\| `(?<reason>[A-Z_]+)`\s*\| (?<of>[a-z -]*?)\s*\|(?<rest>.*)\|$/gm);
  const documented = [...rows].map(({ groups }) => {
    const mark = groups?.['rest']?.includes('_Breaker._') ? ' trips' : '';
    return `${groups?.['reason']} ${groups?.['of']}${mark}`;
  });
  const asked = checks
    .map(({ reason, of, trips }) => `${reason} ${words[of.join(' ')]}${trips ? ' trips' : ''}`)
    // Two limits of exposure share a row.
    .filter((row, index, all) => row !== all[index - 1]);
  expect(documented).toEqual(asked);
});
