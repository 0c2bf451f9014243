import { expect, test } from 'vitest';
import { isLocale } from './locale.ts';

test('a language is known or not', () => {
  expect(['de', 'en-IN', 'de-DE-u-nu-latn'].map(isLocale)).toEqual([true, true, true]);
  expect(['', 'klingon!', 'xx', 'german'].map(isLocale)).toEqual([false, false, false, false]);
});
