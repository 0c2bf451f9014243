import { z } from 'zod';
import { keysOf } from './keys-of.ts';

/** What a person must hear of beside the life of orders: kind and meaning. The documents are made from this list. */
export const incidents = {
  OVERFILL:
    'The venue has filled more than was ordered, or than was held where a position was only to be made smaller. It is booked, for the money has moved.',
  FILL_AFTER_END:
    'The venue has filled an order that had ended. It is booked, for the money has moved.',
  UNKNOWN_FILL: 'The venue tells of an order that the journal does not know.',
  UNPROTECTED:
    'A position is without a protective exit. One that was lost is placed again; lost three times, the position is closed. Where no prices come that could trigger it, a person must look.',
  OUTAGE:
    'Signals came while nobody was there to trade them; the detail tells how many had expired and how many exits were late.',
  BREAKER: 'A breaker has tripped: a limit of the portfolio as a whole was reached.',
  VENUE_UNREACHABLE: 'The venue does not answer; nothing new is traded until it does.',
  CLOCK_SKEW: "The venue's clock and ours are too far apart; no entries until they agree.",
  INSTRUMENT_CLOSED: 'The venue has suspended or delisted an instrument that is held.',
} as const;

export const IncidentKind = z.enum(keysOf(incidents)).meta({
  id: 'IncidentKind',
  description: 'Something that a person must hear of; docs/reason-codes.md lists the kinds.',
});
export type IncidentKind = keyof typeof incidents;
