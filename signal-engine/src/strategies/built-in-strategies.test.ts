import type { TradeSignal } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { createSignalMachine } from '../signals.ts';
import { candlesOf } from '../testing/feed-of.ts';
import { builtInStrategies } from './built-in-strategies.ts';

/** Two waves upon each other: everything that trades has something to trade. */
const closes = Array.from(
  { length: 1_500 },
  (_, at) => Math.round(1e4 * (100 + 15 * Math.sin(at / 25) + 6 * Math.sin(at / 4.3))) / 1e4,
);

const none: Readonly<Record<string, never>> = {};

function signalsOf(
  name: string,
  count = closes.length,
  params: object = none,
): readonly TradeSignal[] {
  const strategy = builtInStrategies.find((one) => one.name === name);
  if (!strategy) throw new Error(`there is no ${name}`);
  const machine = createSignalMachine({
    strategy: strategy.configure({ ...params }),
    tape: 'test',
    mode: 'backtest',
    runId: 'test',
    source: 'test',
    onError: ({ error }) => {
      throw error;
    },
  });
  return candlesOf(closes.slice(0, count)).flatMap((candle) =>
    machine.onInstant({ time: candle.closeTime, candles: [candle] }, 0),
  );
}

const names = builtInStrategies.map(({ name }) => name);

test.each(names)('%s enters and exits', (name) => {
  const intents = signalsOf(name).map(({ data }) => data.intent);
  expect(intents.filter((intent) => intent === 'enter').length).toBeGreaterThan(5);
  expect(intents.filter((intent) => intent === 'exit').length).toBeGreaterThan(5);
});

test.each(names)('%s does not know what comes after', (name) => {
  for (const count of [400, 777, 1_111]) {
    const before = signalsOf(name, count);
    expect(before).toEqual(signalsOf(name).slice(0, before.length));
  }
});

test.each(names)('%s takes a stop, a target and a trailing stop', (name) => {
  const entry = signalsOf(name, closes.length, {
    stopBps: 200,
    targetBps: 400,
    trailBps: 150,
  }).find(({ data }) => data.intent === 'enter');
  const price = Number(entry?.data.referencePrice.price);
  expect(Number(entry?.data.stopLoss?.price)).toBeCloseTo(price * 0.98, 4);
  expect(Number(entry?.data.takeProfits?.[0]?.price)).toBeCloseTo(price * 1.04, 4);
  expect(entry?.data.trailingStop).toEqual({ distanceBps: 150 });
});

test.each([
  ['ema-cross', { fast: 30, slow: 20 }, 'has to be smaller than slow'],
  ['rsi-reversion', { low: 80 }, 'has to be smaller than high'],
  ['bollinger', { length: 1 }, 'length'],
  ['macd', { stopBps: -5 }, 'stopBps'],
  ['donchian-breakout', { entri: 5 }, 'there is no parameter entri, did you mean entry'],
])('%s refuses %j', (name, params, why) => {
  const strategy = builtInStrategies.find((one) => one.name === name);
  expect(() => strategy?.configure(params)).toThrow(why);
});
