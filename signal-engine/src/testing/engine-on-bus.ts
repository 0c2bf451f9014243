import { type Candle, parseEvent, TradeSignal } from '@heliograph/contracts';
import type {
  Bus,
  Outgoing,
  Published,
  StoredMessage,
  StreamName,
} from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { lastValueFrom, toArray } from 'rxjs';
import { onTestFinished } from 'vitest';
import {
  type SignalEngine,
  type SignalEngineOptions,
  startSignalEngine,
} from '../signal-engine.ts';
import { smaCross } from '../strategies/sma-cross.ts';
import { candlesOf, feedOf } from './feed-of.ts';

/** Signals at every turn. */
export const strategy = smaCross.configure({ fast: 1, slow: 2 });

/** Closes that turn every third candle. */
export function zigzag(length: number): Candle[] {
  return candlesOf(Array.from({ length }, (_, index) => 100 + Math.abs(3 - (index % 6))));
}

/** An engine on 40 zigzag candles, as fast as it can and waiting for nobody, stopped when the test is over. */
export async function start(
  bus: Bus,
  options: Partial<SignalEngineOptions> = {},
): Promise<SignalEngine> {
  const engine = await startSignalEngine({
    bus,
    feed: feedOf(zigzag(40)),
    strategy,
    basePortfolio: 'paper',
    pace: 'free',
    speed: 'max',
    instance: 'test',
    log: createSilentLogger(),
    ...options,
  });
  onTestFinished(() => engine.stop());
  return engine;
}

/** What buses can be connected to. */
export interface Server {
  connect(): Bus | Promise<Bus>;
}

export async function stored(server: Server, stream: StreamName): Promise<StoredMessage[]> {
  await using bus = await server.connect();
  const messages = await lastValueFrom(bus.read({ stream }).pipe(toArray()));
  return messages;
}

export async function signalsIn(server: Server): Promise<TradeSignal[]> {
  return (await stored(server, 'SIGNALS')).map(({ body }) => parseEvent(TradeSignal, body));
}

/** A bus whose `publish` is another one. */
export function withPublish(bus: Bus, publish: (message: Outgoing) => Promise<Published>): Bus {
  return { ...bus, publish };
}

/** What a pass has left on the bus, in the order in which it is stored, without the wall clock's part. */
export async function recordOf(server: Server, tape: string): Promise<unknown> {
  const market = await stored(server, 'MARKET');
  const signals = await signalsIn(server);
  return {
    market: market.filter(({ body }) => body.includes(tape)).map(({ id }) => id),
    signals: signals
      .filter(({ data }) => data.runId === tape)
      .map((signal) => ({ ...signal, recordedtime: '', source: '' })),
  };
}
