import {
  CandleClosed,
  JournalEvent,
  MessageDeadLettered,
  parseEvent,
  TapeEnded,
  TradeSignal,
  type HeliographEvent,
} from '@heliograph/contracts';
import type { StoredMessage } from '@heliograph/contracts/bus';
import { z } from 'zod';

/** The streams that are logged. The paper exchange's books are its own. */
export const loggedStreams = ['MARKET', 'SIGNALS', 'TRADING', 'DEAD_LETTERS'] as const;
export type LoggedStream = (typeof loggedStreams)[number];

/** A message's envelope, and its event if this program knows the type: of a later one's it keeps the bytes. */
export interface ReadEvent {
  readonly envelope: Envelope;
  readonly event: HeliographEvent | undefined;
}

/** The envelope of every event, whatever its type, version and data. */
const Envelope = TapeEnded.extend({
  type: z.string().min(1).max(64),
  schemaversion: z.int().positive().default(1),
  data: z.unknown(),
});
type Envelope = z.infer<typeof Envelope>;

type EventSchema = z.ZodType<HeliographEvent> & { shape: { type: { value: string } } };

const schemas = {
  MARKET: eventOf([CandleClosed, TapeEnded]),
  SIGNALS: eventOf([TradeSignal]),
  TRADING: eventOf(JournalEvent.options),
  DEAD_LETTERS: eventOf([MessageDeadLettered]),
} satisfies Record<LoggedStream, unknown>;

/** @throws PermanentError when it is not JSON, not an event, or breaks the schema of its type */
export function readEvent({ stream, body }: Pick<StoredMessage, 'stream' | 'body'>): ReadEvent {
  return parseEvent(schemas[loggedStream(stream)], body);
}

function loggedStream(name: string): LoggedStream {
  return z.enum(loggedStreams).parse(name);
}

/** An event of one of these types, or of one that is not known, told apart before the one parse. */
function eventOf(known: readonly EventSchema[]) {
  const schemaOf = new Map(known.map((schema) => [schema.shape.type.value, schema]));
  return z.unknown().transform((json, context): ReadEvent => {
    const schema = hasType(json) ? schemaOf.get(json.type) : undefined;
    if (schema === undefined) {
      const envelope = settle(Envelope.safeParse(json), context);
      return { envelope, event: undefined };
    }
    const event = settle(schema.safeParse(json), context);
    return { envelope: event, event };
  });
}

function settle<T>(result: z.ZodSafeParseResult<T>, context: z.RefinementCtx): T {
  if (result.success) return result.data;
  for (const issue of result.error.issues) context.addIssue({ ...issue });
  return z.NEVER;
}

function hasType(json: unknown): json is { type: string } {
  return typeof json === 'object' && json !== null && 'type' in json && typeof json.type === 'string';
}
