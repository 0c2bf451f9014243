import { openSync, writeSync } from 'node:fs';
import { connectJetStreamBus, type Bus } from '@heliograph/contracts/bus';
import { createLogger } from '@heliograph/contracts/service';
import { map } from 'rxjs';
import { openDatabase } from '../store/database.ts';
import { startTradeLog, tradeLogMaxDeliver } from '../trade-log.ts';

// A trade log in a process of its own, to be killed: node run-trade-log.ts URL USER PASSWORD DATABASE ACKS. It writes a
// line into the file ACKS for whatever it acknowledges.
const [servers = '', user = '', password = '', path = '', acks = ''] = process.argv.slice(2);
const acknowledged = openSync(acks, 'a');
const bus = await connectJetStreamBus({
  servers,
  name: 'test',
  credentials: { user, password },
  ackWaitMs: 500,
  maxDeliver: tradeLogMaxDeliver,
});
const watched: Bus = {
  ...bus,
  copies: (options) =>
    bus.copies(options).pipe(
      map((delivery) => ({
        ...delivery,
        ack() {
          const { stream, sequence } = delivery.message;
          writeSync(acknowledged, `${stream} ${sequence}\n`);
          delivery.ack();
        },
      })),
    ),
};
const log = createLogger({ name: 'trade-log', level: 'warn' });
const run = { programVersion: 'test' };
await startTradeLog({
  bus: watched,
  database: openDatabase(path),
  log,
  run,
  maxBatch: 20,
  maxWaitMs: 5,
}).finished;
