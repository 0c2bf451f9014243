import { z } from 'zod';
import { envelope } from '../envelope.ts';

export const Detail = z.string().max(512).describe('The reason in figures, for people.');

/** Where the deciding worker stood on the tape. */
export const marketSequence = z
  .int()
  .nonnegative()
  .describe('The last message of MARKET that the decision knew; absent where there is no bus.')
  .optional();

/** An event of a journal counts the events before it, so that a gap is seen. */
export function journalEvent<T extends string, D extends z.ZodType>(type: T, data: D) {
  return envelope(type, data).extend({
    sequence: z
      .int()
      .positive()
      .describe('Counts the events of the journal without gaps, from 1.')
      .optional(),
  });
}
