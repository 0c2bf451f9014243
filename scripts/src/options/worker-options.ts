import { z } from 'zod';

/** How the workers of a process and of a server are counted. */
export const workerOptions = {
  workers: count(64),
  partitions: count(256),
};

function count(most: number) {
  const expected = `expected a number from 1 to ${most}`;
  return z
    .string()
    .regex(/^[1-9]\d{0,2}$/, expected)
    .transform(Number)
    .refine((number) => number <= most, expected);
}
