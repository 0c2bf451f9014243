import { connectJetStreamBus } from '@heliograph/contracts/bus';
import { createLogger } from '@heliograph/contracts/service';
import { openDatabase } from '../database.ts';
import { startTradeLog } from '../trade-log.ts';

// A trade log in a process of its own, to be killed: node run-trade-log.ts URL USER PASSWORD DATABASE.
const [servers = '', user = '', password = '', path = ''] = process.argv.slice(2);
const bus = await connectJetStreamBus({
  servers,
  name: 'test',
  credentials: { user, password },
  ackWaitMs: 500,
});
const log = createLogger({ name: 'trade-log', level: 'warn' });
const run = { programVersion: 'test' };
await startTradeLog({ bus, database: openDatabase(path), log, run, maxBatch: 20, maxWaitMs: 5 })
  .finished;
