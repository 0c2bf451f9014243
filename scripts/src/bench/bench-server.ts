import { connectJetStreamBus, startNatsServer } from '@heliograph/contracts/bus';
import type { Env } from '../options/env.ts';
import { connectBare, provisionFloor, type BareAddress, type BareClient } from './bare-client.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A server with the shipped settings, every message synced to disk, and an empty store. All goes on the stack. */
export async function openBenchServer(
  env: Env,
  stack: AsyncDisposableStack,
): Promise<{ address: BareAddress; client: BareClient }> {
  const { path } = stack.use(await temporaryFolder());
  const { url, user, password } = stack.use(
    await startNatsServer({
      storeDir: path,
      binary: env.HELIOGRAPH_NATS_SERVER,
      path: env.PATH,
    }),
  );
  const address = { url, user, password };
  // Makes our streams.
  const bus = await connectJetStreamBus({
    servers: url,
    credentials: { user, password },
    name: 'bench',
  });
  await bus.close();
  const client = stack.use(await connectBare(address));
  await provisionFloor(client);
  return { address, client };
}
