import type { JournalEvent, PortfolioSettings } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { createSilentLogger, type Service } from '@heliograph/contracts/service';
import { createDecisionsHash } from '../decisions-hash.ts';
import { createSimulation } from '../simulation.ts';
import { startExecution } from '../worker/execution.ts';
import { endOf, type TestInstant } from './paced-feed.ts';

/** What does not depend on who wrote an event down, when, and how far the bus was. */
export interface CoreEvent {
  readonly type: string;
  readonly id: string;
  readonly data: unknown;
}

export function coreOf({ type, id, data }: JournalEvent): CoreEvent {
  return { type, id, data: { ...data, marketSequence: undefined } };
}

/** The same instants through the simulation: the journal that every run over a bus must equal. */
export function simulated(
  instants: readonly TestInstant[],
  { tape, settings }: { tape: string; settings: PortfolioSettings },
): { events: CoreEvent[]; hash: string } {
  const events: CoreEvent[] = [];
  const hash = createDecisionsHash();
  const simulation = createSimulation({
    portfolio: `paper-${tape}`,
    tape,
    mode: 'paper',
    settings,
    onEvent: (event) => {
      hash.add(event);
      events.push({
        type: event.type,
        id: event.id,
        data: { ...event.data, marketSequence: undefined },
      });
    },
  });
  for (const { candles, prints = [], signals } of instants) {
    for (const candle of candles) simulation.onCandle(candle);
    for (const print of prints) simulation.onPrint(print);
    for (const signal of signals) simulation.onSignal(signal);
  }
  const { data, timeMs } = endOf(instants, tape);
  simulation.onTapeEnded(data, timeMs);
  return { events, hash: hash.digest() };
}

/** A worker for the portfolio `paper` that logs nothing. */
export function startTestWorker(bus: Bus, worker: string, settings: PortfolioSettings): Service {
  const log = createSilentLogger();
  return startExecution({ bus, portfolio: 'paper', mode: 'paper', settings, worker, log });
}
