import { z } from 'zod';
import { journalEvent, marketSequence } from './journal-event.ts';

export const TradingState = z.enum(['ACTIVE', 'REDUCING', 'HALTED']);
export type TradingState = z.infer<typeof TradingState>;

export const TradingStateChanged = journalEvent(
  'trading_state_changed',
  z.object({
    from: TradingState,
    to: TradingState,
    reason: z.string(),
    author: z.string().describe('The person who changed it, or `breaker`.'),
    revision: z
      .int()
      .nonnegative()
      .describe('Of the entry in the bucket `trading-state`, where the change came from there.')
      .optional(),
    marketSequence,
  }),
).describe('What may be traded at all has changed.');
