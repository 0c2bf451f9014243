import { aCandleEvent } from '@heliograph/contracts/testing';
import { openDatabase } from '../store/database.ts';
import { createEventStore } from '../store/event-store.ts';
import { candleMessage, createPlaces } from './history.ts';

// Writes candles of a stream of its own as fast as it can, to be killed: node write-log.ts DATABASE.
const database = openDatabase(process.argv[2] ?? '');
const store = createEventStore(database);
const place = createPlaces({ MARKET: store.stream('MARKET', String(process.pid)).id });
process.stdout.write('ready\n');
for (let at = 0; ; at += 10)
  store.keep(
    Array.from({ length: 10 }, (_, next) =>
      place('MARKET', candleMessage(aCandleEvent({ at: at + next }, { tape: 'written' }))),
    ),
  );
