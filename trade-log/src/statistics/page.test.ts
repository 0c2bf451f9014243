import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'oxfmt';
import { expect, test } from 'vitest';
import { statisticsPage } from '../testing/statistics-page.ts';

const root = join(import.meta.dirname, '../../..');

test('docs/statistics.md tells the formula and the source of every figure', async () => {
  const style = JSON.parse(readFileSync(join(root, '.oxfmtrc.json'), 'utf8'));
  const { code } = await format('statistics.md', statisticsPage(), style);
  await expect(code).toMatchFileSnapshot(join(root, 'docs/statistics.md'));
});
