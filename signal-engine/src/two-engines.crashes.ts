import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseEvent, TradeSignal } from '@heliograph/contracts';
import type { Bus, StoredMessage } from '@heliograph/contracts/bus';
import { startTestNats, type TestNats } from '@heliograph/contracts/testing';
import { lastValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { createSignalMachine } from './signals.ts';
import { restless, restlessCandles } from './testing/restless-market.ts';

/** `CANDLES=10000` for a longer look. */
const count = Number(process.env['CANDLES'] ?? 1_500);
const paceMs = 5;
/** Those that have said that they have started. */
const said = new WeakSet<ChildProcess>();
const main = fileURLToPath(new URL('testing/engine.main.ts', import.meta.url));

/** What one engine makes of all candles when nobody disturbs it. */
function undisturbed(tape: string): TradeSignal[] {
  const machine = createSignalMachine({
    strategy: restless,
    tape,
    mode: 'paper',
    runId: tape,
    source: 'test',
    onError: ({ error }) => expect.unreachable(String(error)),
  });
  return restlessCandles(count).flatMap((candle) => [
    ...machine.onInstant({ time: candle.closeTime, candles: [candle] }, 0),
  ]);
}

/** Two engines on the same candles, one or both killed again and again until the last candle is there. */
async function playWithKills(nats: TestNats, kind: 'recording' | 'live'): Promise<number> {
  await using bus = await nats.connect();
  const { url, user, password } = nats;
  const beganMs = Date.now() + 5_000;
  let started = 0;
  const begin = (): ChildProcess => {
    const instance = `engine-${++started}`;
    const server = { url, user, password };
    const args = JSON.stringify({ kind, server, count, beganMs, paceMs, instance });
    return spawn(process.execPath, [main, args], { stdio: ['ignore', 'pipe', 'inherit'] });
  };
  const engines = [begin(), begin()];
  let kills = 0;
  try {
    const last = async (): Promise<number> => bus.lastSequence('MARKET');
    await expect.poll(last).toBeGreaterThan(20);
    while ((await last()) < count * 0.97) {
      // Almost always both have begun; else nothing would ever be published on a busy machine.
      if (Math.random() < 0.9) await Promise.all(engines.map(hasBegun));
      await sleep(100 + Math.random() * 900);
      const both = Math.random() < 0.3;
      const from = Math.random() < 0.5 ? 0 : 1;
      for (const at of both ? [0, 1] : [from]) {
        const engine = engines[at];
        if (!engine || !isRunning(engine)) continue;
        const ended = once(engine, 'exit');
        engine.kill('SIGKILL');
        await ended;
        kills++;
        engines[at] = begin();
      }
    }
    // One that begins after the other has ended a recording plays it anew, which is not waited for.
    const isRecording = kind === 'recording';
    if (isRecording) while ((await tapeEnds(bus)).length === 0) await sleep(200);
    else for (const engine of engines) if (isRunning(engine)) await once(engine, 'exit');
  } finally {
    for (const engine of engines) engine.kill('SIGKILL');
  }
  return kills;
}

function tapeEnds(bus: Bus): Promise<StoredMessage[]> {
  return lastValueFrom(bus.read({ stream: 'MARKET', subject: 'market.tape.*' }).pipe(toArray()), {
    defaultValue: [],
  });
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** Resolves when it says that it has started, or has ended. */
async function hasBegun(engine: ChildProcess): Promise<void> {
  if (said.has(engine) || !isRunning(engine)) return;
  await Promise.race([once(engine.stdout ?? engine, 'data'), once(engine, 'exit')]);
  said.add(engine);
}

async function signalsOn(nats: TestNats): Promise<TradeSignal[]> {
  await using bus = await nats.connect();
  const messages = await lastValueFrom(bus.read({ stream: 'SIGNALS' }).pipe(toArray()));
  return messages.map(({ body }) => parseEvent(TradeSignal, body));
}

const timeout = 120_000 + count * 60;

test(
  'a recording: whoever is killed, each signal is there once, in its order and without a gap',
  { timeout },
  async () => {
    await using nats = await startTestNats();
    const kills = await playWithKills(nats, 'recording');
    const all = await signalsOn(nats);
    const [tape = ''] = all.map(({ data }) => data.runId);
    const found = all.filter(({ data }) => data.runId === tape);
    const expected = undisturbed(tape);
    expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    expect(found.map(({ sequence }) => sequence)).toEqual(found.map((_, at) => at + 1));
    report({ kind: 'recording', candles: count, kills, signals: found.length });
  },
);

test(
  'a live market: whoever is killed, each signal is there once, and none is missing',
  { timeout },
  async () => {
    await using nats = await startTestNats();
    const kills = await playWithKills(nats, 'live');
    const found = await signalsOn(nats);
    const expected = undisturbed('live').map(({ id }) => id);
    expect(new Set(found.map(({ id }) => id)).size, 'none twice').toBe(found.length);
    expect(found.map(({ id }) => id)).toEqual(expected);
    for (const [run, made] of Map.groupBy(found, ({ data }) => data.runId)) {
      const sequences = made.map(({ sequence }) => sequence);
      expect({ run, sequences }).toEqual({ run, sequences: sequences.toSorted((a, b) => a - b) });
    }
    report({ kind: 'live', candles: count, kills, signals: found.length });
  },
);

function report(figures: object): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
