import { UserError } from '@heliograph/contracts';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { candlesOf } from '../testing/feed-of.ts';
import { defineStrategy } from './define-strategy.ts';
import { smaCross } from './sma-cross.ts';

const threshold = defineStrategy({
  name: 'threshold',
  version: '1.2.3',
  params: z.object({
    above: z.number().positive(),
    label: z.string().default('x'),
    often: z.boolean().default(false),
  }),
  create(params) {
    expectTypeOf(params).toEqualTypeOf<{ above: number; label: string; often: boolean }>();
    return {
      onCandle(candle) {
        if (candle.close <= params.above) return undefined;
        return { intent: 'enter', side: 'buy', targetPosition: 'long', reasons: [params.label] };
      },
    };
  },
});

test('runs with the parameters that it is given and the defaults of the others', () => {
  const configured = threshold.configure({ above: 10, label: 'high' });
  expect(configured).toMatchObject({
    name: 'threshold',
    version: '1.2.3',
    params: { above: 10, label: 'high', often: false },
  });
  const strategy = configured.create();
  expect(candlesOf([10, 11]).map((candle) => strategy.onCandle(candle)?.reasons)).toEqual([
    undefined,
    ['high'],
  ]);
});

test('has one configuration hash for equal parameters, however they are written', () => {
  const hash = smaCross.configure({}).configHash;
  expect(smaCross.configure({ slow: 30, fast: 10 }).configHash).toBe(hash);
  expect(smaCross.configure({ slow: 31 }).configHash).not.toBe(hash);
});

const takes = 'it takes above=(required), label=x, often=false';

test.each([
  [
    {},
    `strategy threshold: parameter above: Invalid input: expected number, received undefined; ${takes}`,
  ],
  [
    { above: -1 },
    `strategy threshold: parameter above: Too small: expected number to be >0; ${takes}`,
  ],
  [{ above: 1, lable: 'y' }, `there is no parameter lable, did you mean label?; ${takes}`],
])('refuses %o', (params, message) => {
  const act = (): unknown => Reflect.apply(threshold.configure, undefined, [params]);
  expect(act).toThrow(UserError);
  expect(act).toThrow(message);
  expect(act).toThrow(expect.objectContaining({ exitCode: 2 }));
});

test('refuses a name that cannot be part of a subject', () => {
  expect(() =>
    defineStrategy({
      name: 'my.strategy',
      version: '1',
      params: z.object({}),
      create: () => ({ onCandle: () => undefined }),
    }),
  ).toThrow('found strategy name "my.strategy", expected 1 to 64 letters');
});
