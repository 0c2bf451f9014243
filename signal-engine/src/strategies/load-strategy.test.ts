import { UserError } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { makeTempFolder } from '../testing/temp-folder.ts';
import { loadStrategy } from './load-strategy.ts';

const defineStrategyUrl = new URL('define-strategy.ts', import.meta.url).href;
const zodUrl = import.meta.resolve('zod');

function strategyFile({ version = '1.0.0', exported = 'export const strategy =' } = {}): string {
  return `
    import { defineStrategy } from ${JSON.stringify(defineStrategyUrl)};
    import { z } from ${JSON.stringify(zodUrl)};
    ${exported} defineStrategy({
      name: 'mine',
      version: '${version}',
      params: z.object({
        length: z.int().default(3),
        ratio: z.number().default(0.5),
        label: z.string().default('none'),
        loud: z.boolean().default(false),
      }),
      create: (params: { length: number }) => ({ onCandle: () => undefined }),
    });`;
}

test('finds a built-in strategy by its name', async () => {
  await expect(loadStrategy('sma-cross', ['slow=20'])).resolves.toMatchObject({
    name: 'sma-cross',
    params: { fast: 10, slow: 20 },
  });
});

test.each([
  ['a named export', 'export const strategy ='],
  ['the default export', 'export default'],
])('takes %s of a TypeScript file', async (_, exported) => {
  await using folder = await makeTempFolder();
  const path = await folder.write('mine.ts', strategyFile({ exported }));
  await expect(loadStrategy(path)).resolves.toMatchObject({ name: 'mine' });
});

test('takes a file for another strategy once it has been edited', async () => {
  await using folder = await makeTempFolder();
  const versions = [];
  for (const [name, text] of [
    ['a.ts', strategyFile()],
    ['b.ts', strategyFile()],
    ['c.ts', `${strategyFile()}\n`],
  ] as const)
    versions.push((await loadStrategy(await folder.write(name, text))).version);
  const [first, same, edited] = versions;
  expect(first).toMatch(/^1\.0\.0\+[0-9a-f]{12}$/);
  expect(same).toBe(first);
  expect(edited).not.toBe(first);
});

test('reads each parameter as the kind of value that it takes', async () => {
  await using folder = await makeTempFolder();
  const path = await folder.write('mine.ts', strategyFile());
  const params = ['length=5', 'ratio=-1e-3', 'label=12', 'loud=true'];
  await expect(loadStrategy(path, params)).resolves.toMatchObject({
    params: { length: 5, ratio: -0.001, label: '12', loud: true },
  });
  await expect(loadStrategy(path, ['label=a=b'])).resolves.toMatchObject({
    params: { label: 'a=b' },
  });
});

const takes = 'it takes fast=10, slow=30';

test.each([
  [
    'sma-crss',
    [],
    'there is no strategy sma-crss, did you mean sma-cross?; there is sma-cross, ema-cross, rsi-reversion, macd, bollinger, donchian-breakout, or give the path of a file',
  ],
  ['sma-cross', ['fats=5'], `there is no parameter fats, did you mean fast?; ${takes}`],
  [
    'sma-cross',
    ['fast=ten'],
    `parameter fast: Invalid input: expected number, received string; ${takes}`,
  ],
  [
    'sma-cross',
    ['fast=1.5'],
    `parameter fast: Invalid input: expected int, received number; ${takes}`,
  ],
  ['sma-cross', ['fast=0'], `parameter fast: Too small: expected number to be >=1; ${takes}`],
  ['sma-cross', ['fast=30'], `parameter fast: has to be smaller than slow; ${takes}`],
  ['sma-cross', ['fast'], 'found parameter "fast", expected name=value'],
  ['sma-cross', ['=5'], 'found parameter "=5", expected name=value'],
  ['sma-cross', ['fast=5', 'fast=6'], 'found parameter fast twice, expected it once'],
  ['./missing.ts', [], './missing.ts: there is no strategy file that can be read'],
])('refuses %s with %j as wrong usage', async (name, params, message) => {
  const act = loadStrategy(name, params);
  await expect(act).rejects.toThrow(message);
  await expect(act).rejects.toThrow(UserError);
  await expect(act).rejects.toMatchObject({ exitCode: 2 });
});

test.each([
  ['that is no TypeScript', 'export const strategy: = 1;', 'this strategy file cannot be loaded: '],
  ['that throws', 'throw new Error("boom");', 'this strategy file cannot be loaded: Error: boom'],
  [
    'without a strategy',
    'export const other = 1;',
    'found no strategy, expected an export named strategy',
  ],
  ['with another kind of strategy', 'export default { onCandle() {} };', 'found no strategy'],
  ['with what looks like one', 'export default { configure: () => 5 };', 'found no strategy'],
  [
    'with a wrong name',
    `import { defineStrategy } from ${JSON.stringify(defineStrategyUrl)};\ndefineStrategy({ name: 'a b' });`,
    'broken.ts:2:1: this strategy file cannot be loaded: UserError: found strategy name',
  ],
])('refuses a file %s', async (_, text, message) => {
  await using folder = await makeTempFolder();
  const path = await folder.write('broken.ts', text);
  const act = loadStrategy(path);
  await expect(act).rejects.toThrow(message);
  await expect(act).rejects.toMatchObject({ exitCode: 1 });
});
