import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { shortest } from './place-in-code.ts';

/**
 * `mine.ts:3`: where what Node.js cannot find is imported. Its message names both files and no line.
 */
export async function placeOfImport(message: string): Promise<string | undefined> {
  const [, wanted = '', importer = ''] =
    /Cannot find (?:package|module) '([^']+)' imported from (\S+)/.exec(message) ?? [];
  if (importer === '') return undefined;
  const text = await readFile(importer, 'utf8').catch(() => '');
  const name = basename(wanted);
  const at = text
    .split('\n')
    .findIndex((line) => /\b(from|import)\b/.test(line) && line.includes(name));
  return at < 0 ? undefined : `${shortest(importer)}:${at + 1}`;
}
