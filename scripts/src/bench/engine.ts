import {
  candleEvent,
  deterministicId,
  liveTape,
  subjects,
  type Candle,
  type TradeSignal,
} from '@heliograph/contracts';
import { connectJetStreamBus, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import {
  createSignalMachine,
  smaCross,
  startLiveEngine,
  type LiveFeed,
} from '@heliograph/signal-engine';
import type { BareClient } from './bare-client.ts';
import { openBenchServer } from './bench-server.ts';
import { rowOf, type Measure } from './measure.ts';
import { interleave } from './rounds.ts';
import { simulatedCandles, simulatedSymbols } from './sample-market.ts';

const strategy = smaCross.configure({});
/** So many candles are on their way at once, as many as of the engine. */
const ahead = 256;

/**
 * Candles a second through the live engine: shown to `sma-cross`, published, each signal stored before the next candle. The
 * floor publishes the same messages by the bare client, made beforehand, and waits for as many answers.
 */
export const engine: Measure = {
  name: 'engine',
  async run(context) {
    await using stack = new AsyncDisposableStack();
    const { address, client } = await openBenchServer(context.env, stack);
    const { url: servers, user, password } = address;
    const credentials = { user, password };
    const bus = stack.use(await connectJetStreamBus({ servers, credentials, name: 'bench' }));
    const count = Math.max(200, Math.round(5_000 * context.scale));
    let symbols = 0;
    /** A message that was there before would not be stored: each time another symbol. */
    const candlesOf = (): readonly Candle[] => {
      const symbol = simulatedSymbols[symbols++ % simulatedSymbols.length];
      return simulatedCandles(count, symbol && { symbol });
    };
    let signals = 0;
    const measured = await interleave(context, {
      ours: async () => {
        const candles = candlesOf();
        const startedMs = performance.now();
        signals = await playOurs(bus, candles);
        return (count / (performance.now() - startedMs)) * 1_000;
      },
      floor: async () => {
        const messages = messagesOf(candlesOf());
        const startedMs = performance.now();
        await publishBare(client, messages);
        return (count / (performance.now() - startedMs)) * 1_000;
      },
      onRound: (round) => context.terminal.progress(`engine: round ${round}`),
    });
    return [
      rowOf({
        measure: 'engine',
        figure: 'candles through the live engine',
        unit: '/s',
        ...measured,
        target: { of: 'ratio', bound: 'at least', limit: 0.5 },
        facts: { candles: count, signals },
      }),
    ];
  },
};

async function playOurs(bus: Bus, candles: readonly Candle[]): Promise<number> {
  const [first] = candles;
  let clockMs = first?.openTime ?? 0;
  const feed: LiveFeed = {
    name: 'bench',
    instruments: first ? [first] : [],
    async *instants() {
      for (const candle of candles) {
        clockMs = candle.closeTime;
        yield { time: candle.closeTime, candles: [candle] };
      }
    },
  };
  const running = await startLiveEngine({
    bus,
    feed,
    strategy,
    basePortfolio: 'bench',
    mode: 'paper',
    warmUp: 0,
    instance: 'bench',
    log: createSilentLogger(),
    nowMs: () => clockMs,
  });
  await running.finished;
  if (running.progress.candles !== candles.length)
    throw new Error(`${running.progress.candles} of ${candles.length} candles were played`);
  return running.progress.signals;
}

interface Message {
  readonly subject: string;
  readonly id: string;
  readonly body: string;
  readonly isSignal: boolean;
}

function messagesOf(candles: readonly Candle[]): Message[] {
  const source = 'signal-engine/bench';
  const machine = createSignalMachine({
    strategy,
    tape: liveTape,
    mode: 'paper',
    runId: deterministicId('bench'),
    source,
    onError: ({ error }) => {
      throw error;
    },
  });
  return candles.flatMap((candle) => {
    const event = candleEvent(candle, { tape: liveTape, source, recordedMs: candle.closeTime });
    const signals = machine.onInstant({ time: candle.closeTime, candles: [candle] }, 0);
    const body = JSON.stringify(event);
    return [
      { subject: subjects.candle(candle), id: event.id, body, isSignal: false },
      ...signals.map(signalMessage),
    ];
  });
}

function signalMessage(signal: TradeSignal): Message {
  const { id } = signal;
  return {
    subject: subjects.signal(signal.data),
    id,
    body: JSON.stringify(signal),
    isSignal: true,
  };
}

async function publishBare({ js }: BareClient, messages: readonly Message[]): Promise<void> {
  let onTheirWay: Promise<unknown>[] = [];
  for (const { subject, id, body, isSignal } of messages) {
    if (isSignal || onTheirWay.length >= ahead) {
      await Promise.all(onTheirWay);
      onTheirWay = [];
    }
    const published = js.publish(subject, body, { msgID: id });
    if (isSignal) await published;
    else onTheirWay.push(published);
  }
  await Promise.all(onTheirWay);
}
