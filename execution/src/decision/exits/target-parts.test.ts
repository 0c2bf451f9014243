import { Big, InstrumentRules, Protection } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { partsUpTo } from './target-parts.ts';

const third = 1 / 3;

function partsOf(
  entered: string,
  ratios: readonly number[],
  rules: object,
  decisionsVersion = 7,
): string[] {
  const { takeProfits = [] } = Protection.parse({
    takeProfits: ratios.map((ratio, index) => ({ price: String(100 + 10 * index), ratio })),
  });
  const parsed = { ...InstrumentRules.parse(rules), lotSize: '0.001' };
  const upTo = partsUpTo(takeProfits, new Big(entered), { rules: parsed, decisionsVersion });
  return upTo.map((part, index) => part.minus(upTo[index - 1] ?? '0').toFixed());
}

test.for<[string, string, readonly number[], object, string[]]>([
  [
    'by the lot, the last what is left',
    '1',
    [third, third, third],
    {},
    ['0.333', '0.333', '0.334'],
  ],
  ['less than a whole', '1', [0.25, 0.25], {}, ['0.25', '0.25']],
  // At 100, 110 and 120 a third of 0.15 is worth 5, 5.5 and 6.
  [
    'each just enough',
    '0.15',
    [third, third, third],
    { minNotional: '4.9' },
    ['0.049', '0.05', '0.051'],
  ],
  [
    'too little goes with the next',
    '0.15',
    [third, third, third],
    { minNotional: '5.5' },
    ['0', '0.099', '0.051'],
  ],
  ['a rest goes with the one before', '0.15', [0.6, 0.4], { minNotional: '7' }, ['0.15', '0']],
  [
    'a rest that is asked to stay does not',
    '0.15',
    [0.6, 0.2],
    { minNotional: '3' },
    ['0.09', '0.03'],
  ],
  ['all are too little: the last tries', '0.04', [0.5, 0.5], { minNotional: '5' }, ['0', '0.04']],
  ['by quantity', '0.15', [0.2, 0.3, 0.5], { minQuantity: '0.05' }, ['0', '0.075', '0.075']],
])('targets sell %s', ([, entered, ratios, rules, parts]) => {
  expect(partsOf(entered, ratios, rules)).toEqual(parts);
});

test('what they sell together is what was asked, whatever the minimum', () => {
  for (const minNotional of ['1', '3', '5', '8', '13', '21', '100'])
    for (const ratios of [[0.1, 0.2, 0.3, 0.4], [0.7, 0.2, 0.1], [1], [0.5, 0.25]]) {
      const sum = (rules: object): string =>
        partsOf('0.2', ratios, rules)
          .reduce((total, part) => total.plus(part), new Big('0'))
          .toFixed();
      expect(sum({ minNotional })).toBe(sum({}));
    }
});

test('by the rules of version 6 nothing was put together', () => {
  const parts = partsOf('0.15', [third, third, third], { minNotional: '5.5' }, 6);
  expect(parts).toEqual(['0.049', '0.05', '0.05']);
});
