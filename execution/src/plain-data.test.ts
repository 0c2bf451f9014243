import { Big } from '@heliograph/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pack, unpack } from './plain-data.ts';

const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.bigInt().map((digits) => new Big(`${digits}`)),
);
const { data } = fc.letrec((tie) => ({
  data: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('data')),
    fc.dictionary(
      fc.string().filter((name) => !name.startsWith('$') && name !== '__proto__'),
      tie('data'),
    ),
    fc.array(fc.tuple(fc.string(), tie('data'))).map((entries) => new Map(entries)),
    fc.array(fc.string()).map((items) => new Set(items)),
  ),
}));

test('what is read back equals what was written', () => {
  fc.assert(
    fc.property(data, (value) => {
      const back = unpack(JSON.parse(JSON.stringify(pack(value))));
      expect(pack(back)).toEqual(pack(value));
    }),
  );
});

test('decimals, maps and sets come back as what they were', () => {
  const back = unpack(
    JSON.parse(
      JSON.stringify(pack({ cash: new Big('0.10'), held: new Map([['a', new Set(['b'])]]) })),
    ),
  );
  expect(back).toEqual({ cash: new Big('0.1'), held: new Map([['a', new Set(['b'])]]) });
});
