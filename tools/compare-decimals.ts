import { expect } from 'vitest';
import { Big } from '../contracts/src/big.ts';

// Decimals are equal when they are the same number, however many zeros stand at their ends.
expect.addEqualityTesters([
  (one, other) => (one instanceof Big && other instanceof Big ? one.eq(other) : undefined),
]);
