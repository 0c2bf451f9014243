import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectJetStreamBus, type JetStreamBusOptions } from '../bus/jetstream-bus.ts';
import type { Bus } from '../bus/bus.ts';
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
  const storeDir = await mkdtemp(join(tmpdir(), 'heliograph-nats-'));
  const remove = (): Promise<void> => rm(storeDir, { recursive: true, force: true });
  try {
    const server = await startNatsServer({
      storeDir,
      path: process.env['PATH'],
      syncAlways: false,
    });
    return {
      ...server,
      connect: (options) =>
        connectJetStreamBus({
          servers: server.url,
          name: 'test',
          credentials: { user: server.user, password: server.password },
          ...options,
        }),
      async [Symbol.asyncDispose]() {
        await server.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
