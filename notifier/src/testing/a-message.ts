import type { Message } from '../messages/message.ts';

/** A message with that text in both forms, changed as told. */
export function aMessage(text: string, change: Partial<Message> = {}): Message {
  return { severity: 'info', quiet: false, html: `<b>${text}</b>`, plain: text, ...change };
}
