import { within } from '../../within.ts';

/** How long the venue's answer is waited for before everything else goes on. */
export const patienceMs = 2_000;

/** An order that is on its way to the venue. */
export interface HandedOver {
  /** Resolves once the venue has answered, or cannot any more. */
  readonly answered: Promise<unknown>;
  /** False when it takes too long for everything else to wait for it. */
  readonly isInTime: Promise<boolean>;
  /**
   * Journals what it has answered.
   * @throws TransientError when the order was not taken, or when nobody can tell
   */
  conclude(): Promise<void>;
}

/** Whether an answer comes before the patience is over. */
export function inTime(answered: Promise<unknown>): Promise<boolean> {
  return within(answered, patienceMs).then(
    () => true,
    () => false,
  );
}

export const nothingUnderWay: HandedOver = {
  answered: Promise.resolve(),
  isInTime: Promise.resolve(true),
  conclude: async () => undefined,
};
