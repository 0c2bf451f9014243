import { z } from 'zod';
import { ReasonCode } from '../reason-codes.ts';
import { Intent, Side } from '../signal.ts';
import { EventId, Name, SymbolName, Time, Venue } from '../units.ts';
import { Detail, journalEvent, marketSequence } from './journal-event.ts';

export const signalFacts = {
  signalId: EventId,
  strategy: Name,
  venue: Venue,
  symbol: SymbolName,
  intent: Intent,
  side: Side,
  signalTime: Time.describe("When the signal was made; absent: at the decision's time.").optional(),
};

export const SignalSkipped = journalEvent(
  'signal_skipped',
  z.object({
    ...signalFacts,
    reason: ReasonCode,
    detail: Detail,
    marketSequence,
  }),
).describe('A signal was decided and is not traded.');
