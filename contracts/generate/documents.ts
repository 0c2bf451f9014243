import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'oxfmt';
import { asyncApiDocument } from './asyncapi.ts';
import { eventJsonSchemas } from './json-schemas.ts';
import { eventsPage, reasonCodesPage } from './pages.ts';
import { queryJsonSchemas } from './query-schemas.ts';
import { settingsPage } from './settings-page.ts';

export const root = join(import.meta.dirname, '../..');

/** Every document that is made from the code: its text, formatted as the repository is, by its path from the root. */
export async function documents(): Promise<Map<string, string>> {
  const schemas = eventJsonSchemas();
  const { version } = readJson('contracts/package.json');
  const texts = new Map<string, string>();
  for (const [type, schema] of schemas)
    texts.set(`contracts/schemas/${type}.schema.json`, JSON.stringify(schema, null, 2));
  for (const [path, schema] of queryJsonSchemas())
    texts.set(`contracts/${path}`, JSON.stringify(schema, null, 2));
  texts.set(
    'contracts/asyncapi.json',
    JSON.stringify(asyncApiDocument(schemas, String(version)), null, 2),
  );
  texts.set('docs/reason-codes.md', reasonCodesPage());
  texts.set('docs/events.md', eventsPage(schemas));
  texts.set('docs/settings.md', settingsPage());

  const style = readJson('.oxfmtrc.json');
  const formatted = new Map<string, string>();
  for (const [path, text] of texts) formatted.set(path, (await format(path, text, style)).code);
  return formatted;
}

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
