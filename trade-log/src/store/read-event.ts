import { eventSchemas, parseEvent, TapeEnded, type HeliographEvent } from '@heliograph/contracts';
import type { StoredMessage } from '@heliograph/contracts/bus';
import { z } from 'zod';

/** The streams that are logged. The paper exchange's books are its own. */
export const loggedStreams = [
  'MARKET',
  'SIGNALS',
  'TRADING',
  'COMMANDS',
  'ALERTS',
  'DEAD_LETTERS',
] as const;
export type LoggedStream = (typeof loggedStreams)[number];

/** A message's envelope, and its event if this program knows the type: of a later one's it keeps the bytes. */
export interface ReadEvent {
  readonly envelope: Envelope;
  readonly event: HeliographEvent | undefined;
  /** Whose journal it belongs to. */
  readonly portfolio: string | null;
}

/** The envelope of every event, whatever its type, version and data. */
const Envelope = TapeEnded.extend({
  type: z.string().min(1).max(64),
  schemaversion: z.int().positive().default(1),
  data: z.unknown(),
});
type Envelope = z.infer<typeof Envelope>;

const schemas: ReadonlyMap<string, z.ZodType<HeliographEvent>> = new Map(
  Object.entries(eventSchemas),
);

/**
 * Reads a message as what its subject says that it is.
 * @throws PermanentError when it is not JSON, not an event, or breaks the schema of its type
 */
export function readEvent({ subject, body }: Pick<StoredMessage, 'subject' | 'body'>): ReadEvent {
  const { type, portfolio } = about(subject, body);
  const schema = schemas.get(type);
  if (schema === undefined)
    return { envelope: parseEvent(Envelope, body), event: undefined, portfolio };
  const event = parseEvent(schema, body);
  return { envelope: event, event, portfolio };
}

function about(subject: string, body: string): { type: string; portfolio: string | null } {
  const [root = '', second = '', third = ''] = subject.split('.', 3);
  switch (root) {
    case 'trade_signal':
      return { type: 'trade_signal', portfolio: null };
    case 'dead_letter':
      return { type: 'message_dead_lettered', portfolio: null };
    case 'command':
      return { type: 'command_given', portfolio: null };
    case 'alert':
      // Several types share it.
      return { type: parseEvent(Envelope, body).type, portfolio: null };
    case 'trading':
      return { type: third, portfolio: second };
    default:
      return { type: marketEvents.get(second) ?? '', portfolio: null };
  }
}

/** By the second part of `market.…`. */
const marketEvents: ReadonlyMap<string, keyof typeof eventSchemas> = new Map([
  ['candle', 'candle_closed'],
  ['trade', 'trade_printed'],
  ['tape', 'tape_ended'],
]);
