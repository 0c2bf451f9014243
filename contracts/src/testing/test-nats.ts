import { connectJetStreamBus, type JetStreamBusOptions } from '../bus/jetstream-bus.ts';
import type { Bus } from '../bus/bus.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { startNatsServer, type NatsServer } from '../bus/nats-server.ts';

export interface TestNats extends NatsServer {
  /** A bus on it. Dispose it before the server. */
  connect(options?: Partial<JetStreamBusOptions>): Promise<Bus>;
}

/**
 * A real server with an empty store of its own. Disposing it ends the server and takes the store away. It does not sync
 * to disk: tests do not cut the power.
 */
export async function startTestNats(): Promise<TestNats> {
  await using opened = new AsyncDisposableStack();
  const { path: storeDir } = opened.use(await temporaryFolder());
  const server = opened.use(
    await startNatsServer({ storeDir, path: process.env['PATH'], syncAlways: false }),
  );
  const kept = opened.move();
  return {
    ...server,
    connect: (options) =>
      connectJetStreamBus({
        servers: server.url,
        name: 'test',
        credentials: { user: server.user, password: server.password },
        ...options,
      }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
