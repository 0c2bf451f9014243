/**
 * Of the rules by which signals are decided. Workers of two versions would decide the same signal differently, so only
 * those of the portfolio's own version trade it; raise it with every change after which an old journal would be decided
 * otherwise.
 */
export const decisionsVersion = 8;
