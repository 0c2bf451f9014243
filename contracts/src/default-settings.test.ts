import { expect, test } from 'vitest';
import { defaultRisk, defaultSettings, riskReasons } from './default-settings.ts';
import { keysOf } from './keys-of.ts';
import { PortfolioSettings, RiskLimits } from './portfolio-settings.ts';
import { reasonCodes } from './reason-codes.ts';

test('every limit has a reason, and no reason belongs to a limit that does not exist', () => {
  expect(keysOf(riskReasons).toSorted()).toEqual(keysOf(RiskLimits.shape).toSorted());
  expect(Object.keys(reasonCodes)).toEqual(expect.arrayContaining(Object.values(riskReasons)));
});

test('the defaults are valid settings in which every limit is known', () => {
  expect(PortfolioSettings.parse(defaultSettings)).toEqual(defaultSettings);
  expect(defaultSettings.risk).toBe(defaultRisk);
});

test('by default every limit is on that needs no knowledge of the account', () => {
  const off = keysOf(RiskLimits.shape).filter((limit) => defaultRisk[limit] === undefined);
  expect(off).toEqual(['symbols', 'maxOrderNotional']);
});
