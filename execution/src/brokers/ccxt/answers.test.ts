import { expect, test } from 'vitest';
import { Balances } from './answers.ts';

const nothing = { free: {}, total: {} };

test.for([{ info: { balances: [] } }, { info: [] }, {}, { info: undefined }])(
  'an account may have nothing, whatever ccxt passes on: %j',
  (said) => expect(Balances.safeParse({ ...nothing, ...said }).success).toBe(true),
);

test.for(['<html>busy</html>', '', null])('but %j is no account', (info) =>
  expect(Balances.safeParse({ ...nothing, info }).success).toBe(false),
);
