import { join } from 'node:path';
import { connectJetStreamBus, startNatsServer, type Bus } from '@heliograph/contracts/bus';
import { startExchange } from './exchange.ts';

/** What workers need that trade for real. */
export interface LivePlace extends AsyncDisposable {
  readonly exchange: Awaited<ReturnType<typeof startExchange>>;
  /** A bus on their server, to see what they do. */
  readonly bus: Bus;
  /** The variables by which a command finds both. */
  readonly env: Readonly<Record<string, string>>;
  /** The server is killed, and there again a moment later. */
  killServer(): Promise<void>;
}

/** A server that keeps its messages in the folder, and the double of an exchange whose account has those balances. */
export async function startLivePlace(
  folder: string,
  balances: Readonly<Record<string, string>>,
  /** Whether what is killed has to leave all of it on the disk. */
  { syncAlways = false }: { syncAlways?: boolean } = {},
): Promise<LivePlace> {
  await using stack = new AsyncDisposableStack();
  const exchange = stack.use(await startExchange());
  for (const [asset, amount] of Object.entries(balances)) await exchange.set(asset, amount);
  const server = { storeDir: join(folder, 'nats'), path: process.env['PATH'], syncAlways };
  let running = await startNatsServer(server);
  stack.defer(() => running.stop());
  const { url, port, user, password } = running;
  const bus = stack.use(
    await connectJetStreamBus({ servers: url, credentials: { user, password }, name: 'test' }),
  );
  const begun = stack.move();
  return {
    exchange,
    bus,
    env: {
      NATS_URL: `nats://${user}:${password}@127.0.0.1:${port}`,
      HELIOGRAPH_VENUE_URL: exchange.url,
      HELIOGRAPH_API_KEY: exchange.key.apiKey,
      HELIOGRAPH_API_SECRET: exchange.key.secret,
    },
    async killServer() {
      process.kill(running.pid, 'SIGKILL');
      await running.stop();
      running = await startNatsServer({ ...server, port, credentials: { user, password } });
    },
    [Symbol.asyncDispose]: () => begun.disposeAsync(),
  };
}
