import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, vi } from 'vitest';

// Test files share processes (vitest.config.ts), so that what they import is loaded once. What one of them left changed
// there, whichever comes next would meet.

afterEach(() => {
  vi.useRealTimers();
});

const found = surroundings();

afterAll(() => {
  if (!isDeepStrictEqual(surroundings(), found))
    throw new Error('this file has left the environment or the folder of its process changed');
});

function surroundings(): object {
  return { environment: { ...process.env }, folder: process.cwd() };
}
