import { z } from 'zod';
import { IncidentKind } from '../incidents.ts';
import { InstrumentRules } from '../portfolio-settings.ts';
import { NonNegativeDecimal, SymbolName, Time, Venue } from '../units.ts';
import { Detail, journalEvent } from './journal-event.ts';
import { OrderId } from './order.ts';

export const ReconciliationReported = journalEvent(
  'reconciliation_reported',
  z.object({
    checked: z.int().nonnegative().describe('How many orders were compared.'),
    differences: z.array(
      z.object({
        orderId: z.string().describe('Empty where the difference is not about an order.'),
        found: z.string().describe('What the venue says otherwise, for people.'),
        kind: z
          .enum(['order', 'adopted', 'position', 'balance'])
          .describe('What differs; `adopted`: an open order that is not from here. Default: order.')
          .optional(),
        venue: Venue.optional(),
        symbol: SymbolName.describe(
          'Where a position or a balance differs, no entries are made in it until both agree again.',
        ).optional(),
        there: NonNegativeDecimal.describe(
          'What the venue has of a position that is held here, on its side; base units.',
        ).optional(),
      }),
    ),
    positionsChecked: z
      .int()
      .nonnegative()
      .describe('How many positions or balances were compared.')
      .optional(),
  }),
).describe('What a comparison with the venue found.');

export const InstrumentChanged = journalEvent(
  'instrument_changed',
  z.object({
    venue: Venue,
    symbol: SymbolName,
    status: z
      .enum(['trading', 'halted', 'delisted'])
      .describe('`halted` and `delisted` take no orders.'),
    rules: InstrumentRules,
  }),
).describe("The venue's state and rules of an instrument, as they hold from here on.");

export const IncidentReported = journalEvent(
  'incident_reported',
  z.object({
    kind: IncidentKind,
    severity: z.enum(['warning', 'error']).describe('`error`: a person must act.'),
    detail: Detail,
    venue: Venue.optional(),
    symbol: SymbolName.optional(),
    orderId: OrderId.describe('The order that it is about, if it is about one.').optional(),
    pricedUntil: Time.describe(
      'Where prices are what is missing: when the last one was by which protection could be triggered.',
    ).optional(),
  }),
).describe('Something that a person must hear of.');
