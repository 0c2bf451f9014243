import { UserError } from '@heliograph/contracts';
import { connectJetStreamBus } from '@heliograph/contracts/bus';
import { loadStreams, openDatabase } from '@heliograph/trade-log';
import { z } from 'zod';
import { readOptions, type Invocation } from './invocation.ts';
import { NatsAddressText } from './options/nats-address.ts';
import { count } from './output/format.ts';
import { openLog, type Database } from './options/trade-log-options.ts';

const SourceOptions = z.object({ nats: NatsAddressText.optional() });

/**
 * The trade log, or with `--nats` what the streams of that server hold now, read into memory: nothing is written there.
 * To be read only; disposing closes it.
 */
export async function openLogOrStreams(
  invocation: Invocation,
): Promise<{ database: Database } & Disposable> {
  const { nats: address } = readOptions(invocation, SourceOptions);
  if (!address) return ofOneMoment(openLog(invocation));
  if (invocation.sourceOf('db') === 'cli')
    throw new UserError('--nats and --db: choose one', { exitCode: 2 });
  await using bus = await connectJetStreamBus({
    ...address,
    name: 'heliograph replay',
    provision: false,
  });
  const database = openDatabase(':memory:');
  const log = { database, [Symbol.dispose]: () => void database.close() };
  try {
    await loadStreams(bus, database, (events) =>
      invocation.terminal.progress(`${count(events)} events read`),
    );
  } catch (error) {
    database.close();
    throw error;
  } finally {
    invocation.terminal.endProgress();
  }
  return log;
}

/** However long it is read and however much is written meanwhile, it is the log as it was at the first look. */
function ofOneMoment<Log extends { database: Database }>(log: Log): Log {
  log.database.exec('BEGIN');
  return log;
}
