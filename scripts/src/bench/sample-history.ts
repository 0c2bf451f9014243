import {
  candleEvent,
  deterministicId,
  subjects,
  type Candle,
  type TradeSignal,
} from '@heliograph/contracts';
import type { StoredMessage, StreamName } from '@heliograph/contracts/bus';
import { createSimulation, recorded, type Draft } from '@heliograph/execution';
import { createSignalMachine, defineStrategy, type Instant } from '@heliograph/signal-engine';
import { z } from 'zod';
import { benchSettings, simulatedCandles, simulatedSymbols } from './sample-market.ts';

/** Enters and exits in turn, on every so many candles of a symbol. */
const flip = defineStrategy({
  name: 'bench-flip',
  version: '1.0.0',
  params: z.object({ every: z.int().min(1) }),
  create({ every }) {
    let candles = 0;
    return {
      onCandle() {
        const turn = ++candles / every;
        if (!Number.isInteger(turn)) return undefined;
        return turn % 2 === 1
          ? { intent: 'enter', side: 'buy', targetPosition: 'long' }
          : { intent: 'exit', side: 'sell', targetPosition: 'flat' };
      },
    };
  },
});

/** Everything that a run leaves on the bus, as a list. */
export interface SampleHistory {
  readonly portfolio: string;
  readonly signals: number;
  /** In the order in which it would be logged. */
  readonly messages: readonly StoredMessage[];
}

/**
 * A simulated run over all symbols: so many instants, on every so many of which each symbol has a signal. Runs of other
 * names are on tapes and in portfolios of their own.
 */
export function sampleHistory({
  instants,
  every,
  name = 'bench',
}: {
  instants: number;
  every: number;
  name?: string;
}): SampleHistory {
  const tape = `${name}-${instants}-${every}`;
  const portfolio = name;
  const messages: StoredMessage[] = [];
  const store = createShelf(messages);
  const machine = createSignalMachine({
    strategy: flip.configure({ every }),
    tape,
    mode: 'backtest',
    runId: 'bench',
    source: 'bench',
    onError: ({ error }) => {
      throw error;
    },
  });
  const simulation = createSimulation({
    portfolio,
    tape,
    mode: 'backtest',
    settings: benchSettings,
    onEvent: (event) => store.event(portfolio, event),
  });
  let signalCount = 0;
  const market = instantsOf(instants);
  for (const instant of market) {
    for (const candle of instant.candles) {
      store.candle(candle, tape);
      simulation.onCandle(candle);
    }
    for (const signal of machine.onInstant(instant, instant.time)) {
      store.signal(signal);
      simulation.onSignal(signal);
      signalCount++;
    }
  }
  simulation.onTapeEnded(
    { tape: { id: tape }, candles: instants * simulatedSymbols.length, closes: [] },
    market.at(-1)?.time ?? 0,
  );
  return { portfolio, signals: signalCount, messages };
}

function instantsOf(count: number): Instant[] {
  const walks = simulatedSymbols.map((symbol, index) =>
    simulatedCandles(count, { symbol, seed: index + 1 }),
  );
  return Array.from({ length: count }, (_, at) => {
    const candles = walks.flatMap((walk) => walk[at] ?? []);
    return { time: candles[0]?.closeTime ?? 0, candles };
  });
}

function createShelf(messages: StoredMessage[]) {
  const last = new Map<StreamName, number>();
  const put = (
    stream: StreamName,
    subject: string,
    event: { id: string },
    timeMs: number,
  ): void => {
    const sequence = (last.get(stream) ?? 0) + 1;
    last.set(stream, sequence);
    const body = JSON.stringify(event);
    messages.push({ stream, sequence, subject, id: event.id, storedTime: timeMs, body });
  };
  return {
    candle(candle: Candle, tape: string): void {
      const event = candleEvent(candle, { tape, source: 'bench', recordedMs: candle.closeTime });
      put('MARKET', subjects.candle(candle), event, candle.closeTime);
    },
    signal(signal: TradeSignal): void {
      put('SIGNALS', subjects.signal(signal.data), signal, Date.parse(signal.time));
    },
    event(portfolio: string, draft: Draft): void {
      const event = recorded(draft, { source: 'bench', recordedMs: draft.timeMs });
      put('TRADING', subjects.journal(portfolio, draft.type), event, draft.timeMs);
    },
  };
}

/** Names one storage of the streams of a history. */
export function historyIdentity(stream: StreamName): string {
  return deterministicId('bench', stream);
}
