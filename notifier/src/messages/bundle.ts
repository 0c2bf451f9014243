import type { Message, Severity } from './message.ts';

const order: readonly Severity[] = ['info', 'success', 'warning', 'error'];

/** Several messages as one: as grave as the gravest, and silent only where all of them are. */
export function bundled(messages: readonly [Message, ...Message[]]): Message {
  const [first, ...others] = messages;
  if (others.length === 0) return first;
  const severity = messages
    .map((message) => message.severity)
    .reduce((a, b) => (order.indexOf(a) >= order.indexOf(b) ? a : b));
  return {
    severity,
    quiet: messages.every(({ quiet }) => quiet),
    html: messages.map(({ html }) => html).join('\n\n'),
    plain: messages.map(({ plain }) => plain).join('\n'),
  };
}

/** Whether it may not wait behind others. */
export function isUrgent({ severity }: Pick<Message, 'severity'>): boolean {
  return severity === 'error';
}
