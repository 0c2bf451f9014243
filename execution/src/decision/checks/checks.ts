import { hasDrawnDown, hasLostToday, isOnLosingStreak, isTooFast } from '../breakers.ts';
import type { Kind } from '../considered.ts';
import { addressedElsewhere, afterTheEnd, otherMode } from './address.ts';
import type { Check } from './check.ts';
import {
  tooExpensive,
  tooLargeAnOrder,
  tooMuchExposure,
  tooMuchLeverage,
  tooMuchOfOneSymbol,
} from './exposure.ts';
import {
  closedInstrument,
  disputedInstrument,
  untradedSymbol,
  wouldGoShort,
} from './instrument.ts';
import { oldPrice, strayPrice, wideSpread } from './market.ts';
import { nothingToCancel, pendingOrder, unknownOrder } from './orders.ts';
import {
  invalidPrice,
  noStop,
  tooLarge,
  tooSmall,
  unsupportedIntent,
  unsupportedOrder,
} from './plan.ts';
import { alreadyHeld, notHeld, restsAfterLoss, tooManyPositions } from './positions.ts';
import { clocksDisagree, expired, forgotten, superseded } from './time.ts';
import { halted, reducing } from './trading-state.ts';
import { notCertain, nothingMissing, noWriteOff } from './write-off.ts';

const all: readonly Kind[] = ['entry', 'exit', 'cancel', 'write-off'];
const entries: readonly Kind[] = ['entry'];
const cancels: readonly Kind[] = ['cancel'];
const writeOffs: readonly Kind[] = ['write-off'];
/** What needs to know what is held. */
const changes: readonly Kind[] = ['entry', 'exit', 'write-off'];
/** Exits are stopped by little: leaving must work when much else does not. */
const trades: readonly Kind[] = ['entry', 'exit'];

/** The rules in the order in which they are asked; the first that objects gives the reason. docs/risk.md explains them. */
export const checks: readonly Check[] = [
  { reason: 'PORTFOLIO_MISMATCH', of: all, check: addressedElsewhere },
  { reason: 'MODE_MISMATCH', of: all, check: otherMode },
  { reason: 'TAPE_ENDED', of: all, check: afterTheEnd },
  { reason: 'EXPIRED', of: all, check: expired },
  { reason: 'DUPLICATE', of: all, check: forgotten },
  { reason: 'SUPERSEDED', of: all, check: superseded },
  { reason: 'CLOCK_SKEW', of: entries, check: clocksDisagree },
  { reason: 'HALTED', of: all, check: halted },
  { reason: 'REDUCING_ONLY', of: entries, check: reducing },
  { reason: 'UNKNOWN_SYMBOL', of: entries, check: untradedSymbol },
  { reason: 'INSTRUMENT_CLOSED', of: entries, check: closedInstrument },
  { reason: 'UNRECONCILED', of: entries, check: disputedInstrument },
  { reason: 'SHORT_NOT_ALLOWED', of: entries, check: wouldGoShort },
  { reason: 'UNSUPPORTED_INTENT', of: trades, check: unsupportedIntent },
  { reason: 'UNSUPPORTED_INTENT', of: writeOffs, check: noWriteOff },
  { reason: 'UNSUPPORTED_ORDER', of: entries, check: unsupportedOrder },
  { reason: 'UNKNOWN_ORDER', of: changes, check: unknownOrder },
  { reason: 'ORDER_PENDING', of: changes, check: pendingOrder },
  { reason: 'NO_ORDER', of: cancels, check: nothingToCancel },
  { reason: 'NO_POSITION', of: changes, check: notHeld },
  { reason: 'UNRECONCILED', of: writeOffs, check: notCertain },
  { reason: 'UNSUPPORTED_INTENT', of: writeOffs, check: nothingMissing },
  { reason: 'DUPLICATE', of: entries, check: alreadyHeld },
  { reason: 'COOLDOWN', of: entries, check: restsAfterLoss },
  { reason: 'MAX_POSITIONS', of: entries, check: tooManyPositions },
  { reason: 'INVALID_PRICE', of: entries, check: invalidPrice },
  { reason: 'STOP_REQUIRED', of: entries, check: noStop },
  { reason: 'BELOW_MINIMUM', of: trades, check: tooSmall },
  { reason: 'ABOVE_MAXIMUM', of: entries, check: tooLarge },
  { reason: 'MAX_NOTIONAL', of: entries, check: tooLargeAnOrder },
  { reason: 'MAX_EXPOSURE', of: entries, check: tooMuchOfOneSymbol },
  { reason: 'MAX_EXPOSURE', of: entries, check: tooMuchExposure },
  { reason: 'LEVERAGE', of: entries, check: tooMuchLeverage },
  { reason: 'PRICE_COLLAR', of: entries, check: strayPrice },
  { reason: 'SPREAD', of: entries, check: wideSpread },
  { reason: 'STALE_DATA', of: entries, check: oldPrice },
  { reason: 'INSUFFICIENT_FUNDS', of: entries, check: tooExpensive },
  { reason: 'ORDER_RATE', of: entries, check: isTooFast, trips: true },
  { reason: 'LOSING_STREAK', of: entries, check: isOnLosingStreak, trips: true },
  { reason: 'DAILY_LOSS', of: entries, check: hasLostToday, trips: true },
  { reason: 'DRAWDOWN', of: entries, check: hasDrawnDown, trips: true },
];

export const checksOf: Readonly<Record<Kind, readonly Check[]>> = {
  entry: checks.filter((check) => check.of.includes('entry')),
  exit: checks.filter((check) => check.of.includes('exit')),
  cancel: checks.filter((check) => check.of.includes('cancel')),
  'write-off': checks.filter((check) => check.of.includes('write-off')),
};
