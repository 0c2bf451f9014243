import { TransientError } from '@heliograph/contracts';

/**
 * Runs steps one after the other; one that cannot be done now keeps none of the others from being done.
 * @throws TransientError the first of theirs, after the last step; anything else at once
 */
export async function eachByItself(steps: Iterable<() => Promise<unknown>>): Promise<void> {
  let first: TransientError | undefined;
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      first ??= error;
    }
  }
  if (first) throw first;
}
