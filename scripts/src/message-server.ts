import { join } from 'node:path';
import { TransientError } from '@heliograph/contracts';
import { startNatsServer } from '@heliograph/contracts/bus';
import { writeServerFile } from './control/server-file.ts';
import type { Env } from './options/env.ts';
import type { NatsAddress } from './options/nats-address.ts';

/** The NATS server that a process uses. */
export interface MessageServer {
  readonly address: NatsAddress;
  /** For people. */
  readonly description: string;
  /** Rejects when it is gone for good; never resolves. */
  readonly lost: Promise<never>;
}

/** One that runs already: whoever uses it waits until it can be reached again. */
export function outsideServer(address: NatsAddress): MessageServer {
  return {
    address,
    description: `the NATS server at ${address.servers.join(', ')}`,
    lost: new Promise<never>(() => {}),
  };
}

/** One of our own, with its store and its log in that folder. It goes on the stack and is stopped with it. */
export async function openOwnServer(
  folder: string,
  { env, stack }: { env: Env; stack: AsyncDisposableStack },
): Promise<MessageServer> {
  const storeDir = join(folder, 'nats');
  const server = stack.use(
    await startNatsServer({
      storeDir,
      binary: env.HELIOGRAPH_NATS_SERVER,
      path: env.PATH,
      logFile: join(folder, 'nats-server.log'),
    }),
  );
  stack.use(await writeServerFile(folder, server));
  const lost = server.exited.then(({ reason }) => {
    throw new TransientError('NATS_ENDED', `the message server has ended: ${reason}`);
  });
  // It ends at every stop, too.
  lost.catch(() => undefined);
  const { url, user, password, version } = server;
  return {
    address: { servers: [url], credentials: { user, password } },
    description: `our own nats-server ${version} at ${url}, kept in ${storeDir}`,
    lost,
  };
}
