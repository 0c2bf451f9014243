import { z } from 'zod';
import { TapeId } from './candle.ts';
import { envelope } from './envelope.ts';
import { PositiveDecimal, SymbolName, Venue } from './units.ts';

export const TradePrinted = envelope(
  'trade_printed',
  z.object({
    tape: z.object({ id: TapeId }),
    venue: Venue,
    symbol: SymbolName,
    tradeId: z.string().min(1).max(128).describe("The venue's."),
    price: PositiveDecimal,
    quantity: PositiveDecimal.describe('Base units.'),
    side: z.enum(['buy', 'sell']).describe('Of whoever took what waited in the book.').optional(),
  }),
).describe("Somebody has traded, as the venue's tape tells. `time` is that of the trade.");
export type TradePrinted = z.infer<typeof TradePrinted>;
