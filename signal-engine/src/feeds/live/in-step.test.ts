import { setTimeout as sleep } from 'node:timers/promises';
import { SymbolName } from '@heliograph/contracts';
import { aCandle } from '@heliograph/contracts/testing';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import type { Instant } from '../feed.ts';
import { inStep } from './in-step.ts';

const symbols = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'].map((name) => SymbolName.parse(name));
const instruments = symbols.map((symbol) => aCandle({ symbol }));

function lone(at: number, symbol: SymbolName): Instant {
  const candle = aCandle({ at, symbol });
  return { time: candle.closeTime, candles: [candle] };
}

/** All of them come: on a machine that is busy with others a short wait would be over before they do. */
async function collect(source: AsyncIterable<Instant>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { candles } of inStep(source, { instruments, waitMs: 60_000 }))
    texts.push(candles.map(({ symbol, openTime }) => `${symbol} ${openTime}`).join(', '));
  return texts;
}

async function* given(instants: readonly Instant[]): AsyncGenerator<Instant> {
  yield* instants;
}

const whole = [0, 1, 2, 3].map((at) =>
  symbols.map((symbol) => `${symbol} ${aCandle({ at }).openTime}`).join(', '),
);

afterEach(() => vi.useRealTimers());

test('whoever comes first, what closes together is one instant, in the order of the instruments', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(2), { minLength: 30, maxLength: 60 }), async (turns) => {
      const next = [0, 0, 0];
      const order = [...turns, ...Array.from({ length: 12 }, (_, at) => at % 3)];
      const instants = order.flatMap((which) => {
        const [at = 0, symbol] = [next[which], symbols[which]];
        if (symbol === undefined || at > 3) return [];
        next[which] = at + 1;
        return [lone(at, symbol)];
      });
      expect(await collect(given(instants))).toEqual(whole);
    }),
    { numRuns: 50 },
  );
});

test('who stays silent is not waited for, and told when it comes', async () => {
  const instants = symbols.map((symbol) => lone(0, symbol));
  const silence = Promise.withResolvers<void>();
  async function* halting(): AsyncGenerator<Instant> {
    yield* instants.slice(0, 2);
    await silence.promise;
    yield* instants.slice(2);
  }
  const told: string[] = [];
  for await (const { candles } of inStep(halting(), { instruments, waitMs: 20 })) {
    told.push(candles.map(({ symbol }) => symbol).join(', '));
    silence.resolve();
  }
  expect(told).toEqual(['BTC/USDT, ETH/USDT', 'SOL/USDT']);
});

test('who stays silent does not hold up the others, however often they come', async () => {
  let cameAt = 0;
  async function* chatty(): AsyncGenerator<Instant> {
    yield* symbols.map((symbol) => lone(0, symbol));
    for (cameAt = 1; cameAt < 40; cameAt++) {
      for (const symbol of symbols.slice(0, 2)) yield lone(cameAt, symbol);
      await sleep(5);
    }
  }
  const heldUp: number[] = [];
  let told = 0;
  for await (const { candles } of inStep(chatty(), { instruments, waitMs: 50 })) {
    expect(candles).toHaveLength(told === 0 ? 3 : 2);
    heldUp.push(cameAt - told++);
  }
  expect(told).toBe(40);
  expect(Math.max(...heldUp), 'the first is told long before the last has come').toBeLessThan(25);
});

test('whoever reads may be busy for long: what has come meanwhile is in step all the same', async () => {
  const instants = [0, 1, 2, 3].flatMap((at) => symbols.map((symbol) => lone(at, symbol)));
  // Each symbol by itself, as after an outage.
  const bySymbol = instants.toSorted((a, b) => symbolOf(a) - symbolOf(b));
  const texts: string[] = [];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  for await (const { candles } of inStep(given(bySymbol), { instruments, waitMs: 20 })) {
    texts.push(candles.map(({ symbol, openTime }) => `${symbol} ${openTime}`).join(', '));
    vi.advanceTimersByTime(60);
  }
  expect(texts).toEqual(whole);
});

function symbolOf({ candles: [candle] }: Instant): number {
  return candle ? symbols.indexOf(candle.symbol) : -1;
}
