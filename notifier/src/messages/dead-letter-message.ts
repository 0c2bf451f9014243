import type { MessageDeadLettered } from '@heliograph/contracts';
import { compose } from './compose.ts';
import type { Message } from './message.ts';
import { code, line } from './text.ts';

/** A message that a service could not work off. Its body is not shown: it may hold anything. */
export function deadLetterMessage(event: MessageDeadLettered): Message {
  const { consumer, stream, sequence, subject, error, deliveries } = event.data;
  return compose(
    {
      severity: 'error',
      emoji: '📭',
      title: `${consumer} gave up on a message`,
      lines: [
        line`${code(subject)}, number ${code(String(sequence))} of ${stream}`,
        line`${error}`,
        deliveries === 1 ? undefined : line`Tried ${String(deliveries)} times`,
      ],
    },
    event,
  );
}
