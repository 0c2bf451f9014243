import type { CandleClosed, TradeSignal } from '@heliograph/contracts';
import type { Outgoing } from '@heliograph/contracts/bus';
import { createEventStore } from '../store/event-store.ts';
import { candleMessage, createPlaces, signalMessage } from './history.ts';
import { openMemoryDatabase } from './temp-database.ts';

/** A log in memory that has heard all of this, one stream after the other. */
export function openLogWith({
  candles = [],
  prints = [],
  signals = [],
  journal = [],
}: {
  candles?: readonly CandleClosed[];
  /** Of the market as well, behind the candles. */
  prints?: readonly Outgoing[];
  signals?: readonly TradeSignal[];
  /** Of one portfolio or of several. */
  journal?: readonly Outgoing[];
}) {
  const memory = openMemoryDatabase();
  const store = createEventStore(memory.database);
  const place = createPlaces({
    MARKET: store.stream('MARKET', 'first').id,
    SIGNALS: store.stream('SIGNALS', 'first').id,
    TRADING: store.stream('TRADING', 'first').id,
  });
  store.keep([
    ...[...candles.map(candleMessage), ...prints].map((message) => place('MARKET', message)),
    ...signals.map((signal) => place('SIGNALS', signalMessage(signal))),
    ...journal.map((message) => place('TRADING', message)),
  ]);
  return memory;
}
