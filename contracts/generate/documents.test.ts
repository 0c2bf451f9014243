import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventSchemas } from '../src/events.ts';
import { incidents } from '../src/incidents.ts';
import { PortfolioSettings, RiskLimits } from '../src/portfolio-settings.ts';
import { reasonCodes } from '../src/reason-codes.ts';
import { documents, root } from './documents.ts';

const texts = await documents();

test.each([...texts.keys()])('%s is what the code generates', (path) => {
  expect(readFileSync(join(root, path), 'utf8'), 'run npm run generate').toBe(texts.get(path));
});

test('no document is left of an event that is gone', () => {
  const files = globSync('contracts/schemas/{,queries/}*.json', { cwd: root });
  expect(
    files.filter((file) => !texts.has(file)),
    'delete them',
  ).toEqual([]);
});

test('the documents are the same whenever they are generated', async () => {
  expect([...(await documents())]).toEqual([...texts]);
});

test('every reason code is documented', () => {
  const page = texts.get('docs/reason-codes.md');
  for (const code of Object.keys(reasonCodes)) expect(page).toContain(`| \`${code}\``);
});

test('every kind of incident is documented', () => {
  const page = texts.get('docs/reason-codes.md');
  for (const kind of Object.keys(incidents)) expect(page).toContain(`| \`${kind}\``);
});

test('every setting and every limit is documented', () => {
  const page = texts.get('docs/settings.md');
  for (const name of Object.keys(PortfolioSettings.shape).filter((key) => key !== 'risk'))
    expect(page).toContain(`| \`${name}\``);
  for (const limit of Object.keys(RiskLimits.shape)) expect(page).toContain(`| \`risk.${limit}\``);
});

test('every event is documented', () => {
  const page = texts.get('docs/events.md');
  for (const type of Object.keys(eventSchemas)) expect(page).toContain(`### \`${type}\``);
});
