// Writes the JSON Schemas, the AsyncAPI document and the pages that are made from the code: npm run generate
// With --release it also keeps the schemas as those of their version, which later ones must be compatible with.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { documents, root } from './documents.ts';
import { releasedPath } from './compatibility.ts';
import { eventJsonSchemas } from './json-schemas.ts';

const texts = await documents();
for (const [path, text] of texts) write(path, text);
if (process.argv.includes('--release'))
  for (const [type, schema] of eventJsonSchemas())
    write(releasedPath(type, schema), texts.get(`contracts/schemas/${type}.schema.json`) ?? '');

function write(path: string, text: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
