import { connectJetStreamBus, startNatsServer } from '@heliograph/contracts/bus';
import { freePort } from '@heliograph/contracts/testing';
import { testFeed } from './testing/feed-contract.ts';
import { makeTempFolder } from './testing/temp-folder.ts';
import { natsContracts, type OnServer } from './testing/told-market.ts';

/** A real server, which is stopped and begun again on demand. */
async function onServer(): Promise<OnServer> {
  const folder = await makeTempFolder();
  const port = await freePort();
  const credentials = { user: 'test', password: 'test' };
  const begin = () =>
    startNatsServer({
      storeDir: folder.path,
      path: process.env['PATH'],
      syncAlways: false,
      port,
      credentials,
    });
  let server = await begin();
  return {
    connect: () => connectJetStreamBus({ servers: server.url, name: 'test', credentials }),
    async disturb() {
      await server.stop();
      server = await begin();
    },
    async close() {
      await server.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

for (const [name, contract] of Object.entries(natsContracts(onServer, { disturbs: true })))
  testFeed(name, contract);
