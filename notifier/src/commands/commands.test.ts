import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commands } from './commands.ts';

const page = readFileSync(new URL('../../../docs/telegram.md', import.meta.url), 'utf8');

test.each(commands)(
  '/$name is in the documentation as it is',
  ({ name, usage, description, kind }) => {
    const row = page
      .split('\n')
      .find((line) => line.startsWith(`| \`/${name}${usage === undefined ? '`' : ' '}`));
    expect(row).toContain(
      `/${name}${usage === undefined ? '' : ` ${usage.replaceAll('|', '\\|')}`}`,
    );
    expect(row).toContain(`${description}${kind === 'acts' ? '; asks first' : ''}`);
  },
);

test('Telegram takes the menu', () => {
  for (const { name, description } of commands) {
    expect(name).toMatch(/^[a-z0-9_]{1,32}$/);
    expect(description.length).toBeLessThanOrEqual(256);
  }
});
