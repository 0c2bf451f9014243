import { z } from 'zod';
import { EventId, Time } from './units.ts';

/**
 * The envelope of every event: CloudEvents 1.0 attribute names, structured JSON. `schemaversion` is the major version
 * of `data`; a reader refuses one that it does not know.
 *
 * Descriptions of events and fields are given with `.describe`, for the generated documents are made from them.
 */
export function envelope<T extends string, D extends z.ZodType>(type: T, data: D) {
  return z.object({
    specversion: z.literal('1.0').describe('The version of CloudEvents.'),
    id: EventId.describe('The same event always has the same id, however often it is published.'),
    source: z
      .string()
      .min(1)
      .max(256)
      .describe('Which service, which instance: `signal-engine/alpha`.'),
    type: z.literal(type),
    schemaversion: z
      .literal(1)
      .default(1)
      .describe('The major version of `data`. A reader refuses one that it does not know.'),
    subject: z
      .string()
      .min(1)
      .max(256)
      .describe('What it is about: the symbol, the order, the portfolio.'),
    time: Time.describe('Event time: when it happened, by the clock of the market it happened on.'),
    recordedtime: Time.describe('When it was written down, by the wall clock.'),
    correlationid: EventId.describe('The trade idea: entry and exit share it.'),
    causationid: EventId.describe('The event that caused this one.').optional(),
    traceparent: z
      .string()
      .regex(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/, 'expected a W3C traceparent')
      .describe('The trace it belongs to, as W3C Trace Context writes it.')
      .optional(),
    data,
  });
}
