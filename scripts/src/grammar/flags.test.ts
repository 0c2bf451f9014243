import { defaultSettings } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { executionFlags } from './flags.ts';

test('the flags have the defaults that the documents tell of', () => {
  const { cash, stake, feeBps, slippageBps, lotSize, tickSize } = defaultSettings;
  const defaults = Object.fromEntries(
    executionFlags.map((flag): [string, unknown] => [flag.attributeName(), flag.defaultValue]),
  );
  expect(defaults).toMatchObject({ cash, feeBps, slippageBps, lotSize, risk: 'default' });
  expect(defaults['tickSize']).toBe(tickSize);
  expect(stake).toEqual({ kind: 'quote', value: defaults['stake'] });
});
