import { Big } from '@heliograph/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { partsOf } from './size.ts';

const zero = new Big('0');
const units = fc.integer({ min: 1, max: 1_000_000 });

describe('a quantity in parts', () => {
  test('is the whole of it, in no more than a hundred orders', () => {
    fc.assert(
      fc.property(units, units, (quantity, most) => {
        const maxQuantity = new Big(String(most)).times('0.00001').toFixed();
        const whole = new Big(String(quantity)).times('0.001');
        const parts = partsOf(whole, { maxQuantity, lotSize: '0.001' });
        expect(parts.reduce((sum, part) => sum.plus(part), zero).eq(whole)).toBe(true);
        expect(parts.length).toBeLessThanOrEqual(100);
        expect(parts.every((part) => part.gt(zero))).toBe(true);
        // The last one is for the venue to judge where it would take too many.
        const allButLast = parts.length === 100 ? parts.slice(0, -1) : parts;
        expect(allButLast.every((part) => part.lte(maxQuantity))).toBe(true);
      }),
    );
  });

  test('ends where an exchange seems to allow next to nothing', () => {
    const parts = partsOf(new Big('1000'), { maxQuantity: '0.00000001', lotSize: '0.00000001' });
    expect(parts).toHaveLength(100);
    expect(parts.at(-1)?.toFixed()).toBe('999.99999901');
  });
});
