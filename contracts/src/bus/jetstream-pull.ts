import type { ConsumerMessages } from '@nats-io/jetstream';

/** A request for messages is renewed this often, and the server's silence is noticed within two heartbeats. */
export const pull = { expires: 10_000, idle_heartbeat: 2_000 };

/**
 * Resolves when a request for messages finds nobody: the consumer went away between two of them, or its leader did. The
 * client would ask again at once, for ever, as fast as both processes can.
 */
export async function nobodyAnswers(messages: ConsumerMessages): Promise<Error> {
  for await (const { type } of messages.status())
    if (type === 'no_responders') return new Error('nobody answers for it');
  return new Promise<never>(() => {});
}
