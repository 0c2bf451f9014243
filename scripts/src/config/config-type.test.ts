import { expect, test } from 'vitest';
import { createProgram } from '../cli.ts';
import { configType } from './config-type.ts';
import { defineConfig } from './define-config.ts';

test('the type of configurations has the options of all commands', async () => {
  await expect(configType(createProgram())).toMatchFileSnapshot('config.ts');
});

test('a configuration is what was given, and the types refuse another', () => {
  const config = {
    strategy: './mine.ts',
    param: { fast: 5 },
    cash: 20_000,
    mode: 'paper',
  } as const;
  expect(defineConfig(config)).toBe(config);
  // @ts-expect-error there is no such option
  defineConfig({ cahs: 1 });
  // @ts-expect-error nor such a mode
  defineConfig({ mode: 'papier' });
});
