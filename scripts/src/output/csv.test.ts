import { expect, test } from 'vitest';
import { csvOf } from './csv.ts';

test('rows become lines under a header, parts JSON, and nothing a formula', () => {
  const rows = [
    {
      id: 'a',
      quantity: '1.50',
      limit: null,
      size: { kind: 'base' },
      isOpen: true,
      note: 'x, "y"',
    },
    { id: '=1+1', quantity: '-2', limit: 5, size: [], isOpen: false, note: undefined },
  ];
  expect(csvOf(rows).split('\n')).toEqual([
    'id,quantity,limit,size,isOpen,note',
    'a,1.50,,"{""kind"":""base""}",true,"x, ""y"""',
    "'=1+1,-2,5,[],false,",
  ]);
  expect(csvOf([])).toBe('');
});
