import { z } from 'zod';
import { keysOf } from './keys-of.ts';

/** Why a signal was not traded or an order came to nothing: code and meaning. The documents are made from this list. */
export const reasonCodes = {
  EXPIRED: 'Its expiry time had come before the order could be sent.',
  DUPLICATE: 'The portfolio already holds what it asks for.',
  SUPERSEDED: 'A newer signal for the same symbol and strategy had been decided before.',
  MODE_MISMATCH:
    'It was made for another mode (live, paper, backtest) than this portfolio trades in.',
  HALTED: 'Trading is halted.',
  REDUCING_ONLY: 'Only exits are allowed at present.',
  PORTFOLIO_MISMATCH: 'It is addressed to another portfolio.',
  UNKNOWN_SYMBOL: 'The portfolio does not trade this symbol.',
  INSTRUMENT_CLOSED: 'The venue has suspended or delisted the instrument.',
  UNKNOWN_ORDER:
    'An order of this symbol has an unknown outcome; no entry until the venue has been asked.',
  ORDER_PENDING: 'An order of this symbol is still open.',
  UNRECONCILED:
    'The venue and the journal disagree: about this symbol, and there is no entry until they agree again; or the venue has forgotten this order.',
  NO_ORDER: 'There is no open order that could be cancelled.',
  NO_POSITION: 'There is no position to exit or to reduce.',
  SHORT_NOT_ALLOWED: 'The portfolio may not hold short positions.',
  UNSUPPORTED_INTENT: 'This intent cannot be executed here.',
  UNSUPPORTED_ORDER: 'This order type or time in force cannot be executed here.',
  UNSUPPORTED_PROTECTION:
    'It asks for protective exits that cannot be kept here; it is not traded without them.',
  MAX_POSITIONS: 'The portfolio holds its maximum number of positions.',
  MAX_NOTIONAL: 'The order would be larger than an order may be.',
  MAX_EXPOSURE: 'The order would raise the exposure above its limit.',
  LEVERAGE: 'The order would need more margin than the account allows.',
  STOP_REQUIRED: 'Its size follows from its stop, and it has none.',
  DAILY_LOSS: "The day's loss has reached its limit.",
  DRAWDOWN: 'The drawdown has reached its limit.',
  LOSING_STREAK: 'Too many trades in a row have lost.',
  COOLDOWN: 'The symbol rests after a loss.',
  PRICE_COLLAR: 'The price is too far from the reference.',
  SPREAD: 'Bid and ask are too far apart.',
  INSUFFICIENT_FUNDS: 'There is not enough free cash for the order and its fee.',
  BELOW_MINIMUM: 'The order would be smaller than the smallest that the instrument allows.',
  ABOVE_MAXIMUM: 'The order would be larger than the largest that the instrument allows.',
  INVALID_PRICE: "The price is not one that the instrument's rules allow.",
  STALE_DATA: 'The market data is too old.',
  CLOCK_SKEW: 'The clocks disagree too much.',
  ORDER_RATE: 'Too many orders in too short a time.',
  VENUE_REJECTED: 'The venue refused the order.',
  NOT_SENT: 'It did not reach the venue, and never will.',
  TIME_IN_FORCE: 'What could not be filled within its time in force was taken back.',
  WOULD_TAKE: 'A post-only order would have traded at once.',
  CANCEL_REQUESTED: 'A person or a signal asked for it.',
  POSITION_CLOSED: 'The position that it protected is gone.',
  TAPE_ENDED: 'The recording ended before the order could be filled.',
} as const;

export const ReasonCode = z.enum(keysOf(reasonCodes)).meta({
  id: 'ReasonCode',
  description:
    'Why a signal was not traded or an order came to nothing; docs/reason-codes.md lists them.',
});
export type ReasonCode = keyof typeof reasonCodes;
