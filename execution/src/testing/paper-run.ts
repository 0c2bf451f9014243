import {
  deterministicId,
  toTime,
  type JournalEvent,
  type TradeSignal,
} from '@heliograph/contracts';
import { createMemoryServer } from '@heliograph/contracts/bus';
import type { Service } from '@heliograph/contracts/service';
import { aCandle, aSignal, someSettings } from '@heliograph/contracts/testing';
import { startTestWorker } from './expected.ts';
import { createMortal, survival, type MortalOptions } from './mortal.ts';
import { playPaced, type TestInstant } from './paced-feed.ts';

const tape = 't';
const settings = someSettings({
  cash: '1000',
  stake: { kind: 'base', value: '1' },
  risk: { maxPositions: 1 },
});

/** One trade on a replayed tape: an entry with a stop and a target, of which the stop is reached. */
const instants: readonly TestInstant[] = [100, 100, 94, 94].map((price, at) => {
  const candle = aCandle({ at, open: price, close: price });
  return { candles: [candle], signals: at === 0 ? [entryAt(toTime(candle.closeTime))] : [] };
});

function entryAt(time: string): TradeSignal {
  return aSignal({
    id: deterministicId('paper run', time),
    time,
    data: {
      tape: { id: tape },
      referencePrice: { price: '100', kind: 'close', time },
      stopLoss: { price: '95' },
      takeProfits: [{ price: '110', ratio: 1 }],
    },
  });
}

/** What became of it, of the worker that began it, and of the one that took over. */
export interface PaperRun {
  readonly journal: readonly JournalEvent[];
  readonly operations: readonly string[];
  readonly isDead: boolean;
  readonly operationsOfNext: readonly string[];
}

/** The trade, by a worker that may be killed and another that takes over then. */
export async function runPaper(death: MortalOptions = survival): Promise<PaperRun> {
  const server = createMemoryServer({ ackWaitMs: 60, drainTimeoutMs: 1 });
  await using bus = server.connect();
  await using mortalBus = server.connect();
  const mortal = createMortal(death);
  const next = createMortal(survival);
  const first = startTestWorker(mortal.bus(mortalBus), 'first', settings);
  let second: Service | undefined;
  const takeOver = async (): Promise<void> => {
    await mortal.died;
    void first.stop();
    await mortal.atRest();
    second = startTestWorker(next.bus(server.connect()), 'second', settings);
  };
  const takingOver = takeOver();
  const journal = await playPaced(bus, instants, { tape });
  // It may still die of what it does last.
  await Promise.race([mortal.isDead() ? undefined : first.stop(), mortal.died]);
  if (mortal.isDead()) await takingOver;
  await second?.stop();
  return {
    journal,
    operations: [...mortal.operations],
    isDead: mortal.isDead(),
    operationsOfNext: next.operations,
  };
}
