import { setTimeout as sleep } from 'node:timers/promises';
import type { TradeSignal } from '@heliograph/contracts';
import { type Bus, createMemoryBus, type Outgoing } from '@heliograph/contracts/bus';
import { createLogger } from '@heliograph/contracts/service';
import { aCandle, aSignal } from '@heliograph/contracts/testing';
import { afterEach, expect, test, vi } from 'vitest';
import type { Step } from './signals.ts';
import { createPublisher, type Publisher } from './publisher.ts';
import type { Settlements } from './settlements.ts';

afterEach(() => {
  vi.useRealTimers();
});

const never: Settlements = {
  settled: () => new Promise(() => {}),
  sequence: 0,
  [Symbol.dispose]: () => {},
};

function publisherOn(
  bus: Bus,
  { settlements, lines = [] }: { settlements?: Settlements; lines?: string[] } = {},
): Publisher {
  return createPublisher({
    bus,
    tape: 'abc-1',
    source: 'signal-engine/test',
    settlements,
    signal: new AbortController().signal,
    log: createLogger({ name: 'test', destination: { write: (line) => lines.push(line) } }),
  });
}

function stepAt(at: number, signals: readonly TradeSignal[] = []): Step {
  const candle = aCandle({ at });
  return { instant: { time: candle.closeTime, candles: [candle] }, signals };
}

/** A bus that acknowledges only when it is told to; what it was given is in `sent`. */
function createHeldBus(): { bus: Bus; sent: Outgoing[]; acknowledge(): void } {
  const bus = createMemoryBus();
  const sent: Outgoing[] = [];
  let held: (() => void)[] = [];
  return {
    sent,
    bus: {
      ...bus,
      async publish(message) {
        sent.push(message);
        await new Promise<void>((resolve) => {
          held.push(resolve);
        });
        return bus.publish(message);
      },
    },
    acknowledge() {
      for (const resolve of held) resolve();
      held = [];
    },
  };
}

async function isDone(promise: Promise<void>): Promise<boolean> {
  return Promise.race([promise.then(() => true), sleep(10, false)]);
}

test('sends a signal only when its candle is stored, and waits for the candle after it', async () => {
  const { bus, sent, acknowledge } = createHeldBus();
  const publisher = publisherOn(bus);
  const first = publisher.release(stepAt(0, [aSignal()]));
  await expect(isDone(first)).resolves.toBe(false);
  expect(sent).toHaveLength(1);
  acknowledge();
  await expect(isDone(first)).resolves.toBe(false);
  expect(sent.map(({ subject }) => subject)).toEqual([
    'market.candle.binance.BTC-USDT.1m',
    'trade_signal.sma-cross.binance.BTC-USDT',
  ]);
  acknowledge();
  await first;

  const next = publisher.release(stepAt(1));
  await expect(isDone(next), 'this one may fill the order').resolves.toBe(false);
  acknowledge();
  await next;
  await expect(isDone(publisher.release(stepAt(2)))).resolves.toBe(true);
});

test('says after ten seconds that nobody decides, and goes on waiting', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const lines: string[] = [];
  const publisher = publisherOn(createMemoryBus(), { settlements: never, lines });
  let done = false;
  void publisher.release(stepAt(0, [aSignal()])).then(() => (done = true));
  await vi.advanceTimersByTimeAsync(9_000);
  expect(lines).toEqual([]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('is an execution worker running on this server?');
  expect(done).toBe(false);
});

test('says nothing when a signal is settled in time', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const lines: string[] = [];
  const settlements = { ...never, settled: async () => {} };
  const publisher = publisherOn(createMemoryBus(), { settlements, lines });
  await publisher.release(stepAt(0, [aSignal()]));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(lines).toEqual([]);
});
