import { styleText } from 'node:util';
import { describe, expect, test } from 'vitest';
import { formatFacts, formatTable } from './table.ts';

describe('formatTable', () => {
  const columns = [
    { title: 'NAME', text: ({ name }: { name: string }) => name },
    { title: 'SIZE', right: true, text: ({ name }: { name: string }) => String(name.length) },
  ];

  test('aligns texts at the left and numbers at the right', () => {
    expect(formatTable(columns, [{ name: 'one' }, { name: 'twenty-three' }])).toBe(
      ['NAME          SIZE', 'one              3', 'twenty-three    12'].join('\n'),
    );
  });

  test('does not count what only colours', () => {
    const red = styleText('red', 'one', { validateStream: false });
    const lines = formatTable(columns.slice(0, 1), [{ name: red }, { name: 'four' }]).split('\n');
    expect(lines).toEqual(['NAME', red, 'four']);
  });

  test('is a line of titles without rows', () => {
    expect(formatTable(columns, [])).toBe('NAME  SIZE');
  });
});

test('formatFacts puts labels into a column', () => {
  expect(
    formatFacts([
      ['Trades', '3'],
      ['Fees', 'none'],
    ]),
  ).toBe('Trades          3\nFees            none');
});
