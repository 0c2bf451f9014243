import { TransientError } from '@heliograph/contracts';

/** Runs what asks the venue something; whatever goes wrong means that it cannot be known now. */
export type Asking = <T>(what: string, ask: () => Promise<T>) => Promise<T>;

export function createAsking(exchangeId: string, describe: (error: unknown) => string): Asking {
  return async (what, ask) => {
    try {
      return await ask();
    } catch (error) {
      throw new TransientError('VENUE_NO_ANSWER', `${exchangeId}, ${what}: ${describe(error)}`);
    }
  };
}
