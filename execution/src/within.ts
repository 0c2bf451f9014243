import { TransientError } from '@heliograph/contracts';

/**
 * An answer that is waited for so long, ms, and no longer; it may still come.
 * @throws TransientError VENUE_NO_ANSWER when it does not come in time
 */
export async function within<T>(answer: Promise<T>, waitMs: number): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new TransientError('VENUE_NO_ANSWER', 'no answer in time')),
    waitMs,
  );
  try {
    return await Promise.race([answer, over]);
  } finally {
    clearTimeout(timer);
  }
}
