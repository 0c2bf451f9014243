import { z } from 'zod';
import { envelope } from './envelope.ts';
import { deterministicId } from './ids.ts';
import { Name, toTime } from './units.ts';

const maxErrorLength = 4_000;
// JSON may write a character as six bytes, and a letter must stay within the server's usual limit of 1 MiB a message.
const maxBodyLength = 128 * 1024;

export const MessageDeadLettered = envelope(
  'message_dead_lettered',
  z.object({
    consumer: Name,
    stream: z.string(),
    sequence: z.int().positive().describe('Its place in that stream.'),
    subject: z.string().describe('The subject that it was published on.'),
    error: z.string(),
    deliveries: z.int().positive().describe('How often it was handed out.'),
    body: z
      .string()
      .describe(`What it said; of a longer message the first ${maxBodyLength} characters.`),
  }),
).describe(
  'A message that a consumer could not work off, kept together with the error. `subject` is the consumer.',
);
export type MessageDeadLettered = z.infer<typeof MessageDeadLettered>;

export function deadLetterEvent(letter: {
  consumer: string;
  message: { stream: string; sequence: number; subject: string; body: string };
  error: string;
  deliveryCount: number;
  nowMs: number;
}): MessageDeadLettered {
  const { consumer, message } = letter;
  const id = deterministicId(
    'message_dead_lettered',
    consumer,
    message.stream,
    String(message.sequence),
  );
  return {
    specversion: '1.0',
    id,
    source: `bus/${consumer}`,
    type: 'message_dead_lettered',
    schemaversion: 1,
    subject: consumer,
    time: toTime(letter.nowMs),
    recordedtime: toTime(letter.nowMs),
    correlationid: id,
    data: {
      consumer,
      stream: message.stream,
      sequence: message.sequence,
      subject: message.subject,
      error: letter.error.slice(0, maxErrorLength),
      deliveries: letter.deliveryCount,
      body: message.body.slice(0, maxBodyLength),
    },
  };
}
