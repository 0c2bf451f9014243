import { z } from 'zod';
import {
  Decimal,
  EventId,
  Name,
  NonNegativeDecimal,
  PositiveDecimal,
  SymbolName,
  Time,
  Venue,
} from '../units.ts';
import { journalEvent } from './journal-event.ts';
import { OrderId } from './order.ts';

export const PositionChanged = journalEvent(
  'position_changed',
  z.object({
    venue: Venue,
    symbol: SymbolName,
    side: z.enum(['long', 'short', 'flat']),
    quantity: NonNegativeDecimal,
    averageEntryPrice: NonNegativeDecimal.describe(
      'Quote per base unit of what is held, fees not included; a part that is left does not change it. 0 when flat.',
    ),
    realisedPnl: Decimal.describe('Of this position since it was opened, fees taken off.'),
    cash: Decimal.describe('Quote currency.'),
    orderId: OrderId.describe('The order that was filled.'),
  }),
).describe('The position and the cash after a fill.');

export const TradeClosed = journalEvent(
  'trade_closed',
  z.object({
    tradeId: EventId,
    strategy: Name,
    venue: Venue,
    symbol: SymbolName,
    side: z.enum(['long', 'short']),
    quantity: PositiveDecimal,
    entryTime: Time,
    entryPrice: PositiveDecimal,
    exitTime: Time,
    exitPrice: PositiveDecimal,
    fees: NonNegativeDecimal.describe('Of entries and exits, quote currency.'),
    pnl: Decimal.describe('Fees taken off, quote currency.'),
    returnRatio: z.number().describe('`pnl` over what the entries cost.'),
    exitReason: z
      .string()
      .describe(
        '`signal`, `manual`, `write_off`, or the role of the order that closed it, such as `stop_loss`.',
      ),
    entrySignalId: EventId,
    exitSignalId: EventId,
  }),
).describe('A position came back to flat.');
