import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect } from 'nats';
import type { NatsServer } from '../bus/nats-server.ts';

/** What somebody can do to the streams and consumers of a server who knows nothing of the bus. */
export async function administer({
  url,
  user,
  password,
}: NatsServer): Promise<AsyncDisposable & { readonly jsm: JetStreamManager }> {
  const nc = await connect({ servers: url, user, pass: password });
  return { jsm: await jetstreamManager(nc), [Symbol.asyncDispose]: () => nc.close() };
}
