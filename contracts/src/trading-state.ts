import { z } from 'zod';
import { TradingState } from './journal/trading-state-events.ts';
import { Time } from './units.ts';

/**
 * The bucket that says what may be traded at all, by portfolio. An entry under a base portfolio holds for the portfolios
 * of its replays too; of two entries the later one counts. Workers watch it and journal each change; a breaker writes
 * here what it has journalled.
 */
export const tradingStateBucket = 'trading-state';

export const TradingStateEntry = z.object({
  state: TradingState,
  reason: z.string().min(1).max(512),
  /** The person or the check. */
  author: z.string().min(1).max(128),
  time: Time,
});
export type TradingStateEntry = z.infer<typeof TradingStateEntry>;
