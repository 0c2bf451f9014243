import { jetstreamManager } from '@nats-io/jetstream';
import { connect, TimeoutError } from 'nats';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { complete } from './jetstream-options.ts';
import { provision } from './jetstream-provision.ts';
import { startNatsServer } from './nats-server.ts';

test('a server that is slow to answer is asked again, and each stream is there in the end', async () => {
  await using folder = await temporaryFolder();
  await using server = await startNatsServer({
    storeDir: folder.path,
    path: process.env['PATH'],
    syncAlways: false,
  });
  const { url, user, pass } = { ...server, pass: server.password };
  const nc = await connect({ servers: url, user, pass });
  try {
    const jsm = await jetstreamManager(nc);
    const { info, add } = jsm.streams;
    let asked = 0;
    // Every other answer is too late; of what was to be made it may be done all the same.
    jsm.streams.info = async (...args) => {
      if (asked++ % 2 === 0) throw new TimeoutError();
      return info.apply(jsm.streams, args);
    };
    jsm.streams.add = async (config) => {
      const made = await add.call(jsm.streams, config);
      if (asked++ % 2 === 0) throw new TimeoutError();
      return made;
    };
    await provision(jsm, complete({ servers: url, name: 'test' }));
    const names = (await jsm.streams.names().next()).toSorted();
    expect(names).toEqual(expect.arrayContaining(['MARKET', 'SIGNALS', 'TRADING']));
    const stubborn = complete({ servers: url, name: 'test', patienceMs: 0 });
    asked = 0;
    await expect(provision(jsm, stubborn)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  } finally {
    await nc.close();
  }
});
