import { type Candle, SymbolName, TradeSignal, toTime } from '@heliograph/contracts';
import { aCandle, aCandleEvent } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createSignalMachine, type SignalMachine, type StrategyFailure } from './signals.ts';
import { defineStrategy, type StrategyIntent } from './strategies/define-strategy.ts';

const enter: StrategyIntent = { intent: 'enter', side: 'buy', targetPosition: 'long' };
const exit: StrategyIntent = { intent: 'exit', side: 'sell', targetPosition: 'flat' };
const reverse: StrategyIntent = { intent: 'reverse', side: 'sell', targetPosition: 'short' };

/** Strategies are written by others, and in JavaScript too: what they answer may be anything. */
function answer(wish: unknown): StrategyIntent | undefined {
  if (wish instanceof Error) throw wish;
  const answers: StrategyIntent[] = [];
  Reflect.set(answers, 0, wish);
  return answers[0];
}

/** Wants what the close of the candle stands for, as wishes are numbered. */
function machineOf(
  wishes: Record<number, unknown>,
  options: { tape?: string; params?: number; failures?: StrategyFailure[] } = {},
): SignalMachine {
  const strategy = defineStrategy({
    name: 'scripted',
    version: '1.0.0',
    params: z.object({ param: z.number() }),
    create: () => ({
      onCandle: ({ close }) => answer(wishes[close]),
    }),
  }).configure({ param: options.params ?? 1 });
  return createSignalMachine({
    strategy,
    tape: options.tape ?? 'abc-1',
    mode: 'paper',
    runId: 'run',
    source: 'signal-engine/test',
    onError: (failure) => options.failures?.push(failure),
  });
}

function play(machine: SignalMachine, candles: readonly Candle[]): TradeSignal[] {
  return candles.flatMap((candle) => [
    ...machine.onInstant({ time: candle.closeTime, candles: [candle] }, 1_800_000_000_000),
  ]);
}

const closes = (...all: number[]): Candle[] => all.map((close, at) => aCandle({ at, close }));
const idOf = (machine: SignalMachine, candle = aCandle({ close: 1 })): string | undefined =>
  play(machine, [candle])[0]?.id;

test('fills in what the intent leaves to the engine', () => {
  const [signal] = play(machineOf({ 1: { ...enter, reasons: ['why'] } }), closes(1));
  expect(TradeSignal.parse(signal)).toEqual(signal);
  expect(signal).toMatchObject({
    source: 'signal-engine/test',
    subject: 'BTC/USDT',
    time: '2026-01-05T00:01:00.000Z',
    recordedtime: toTime(1_800_000_000_000),
    sequence: 1,
    causationid: aCandleEvent({ close: 1 }, { tape: 'abc-1' }).id,
    data: {
      ...enter,
      strategy: 'scripted',
      strategyVersion: '1.0.0',
      runId: 'run',
      mode: 'paper',
      venue: 'binance',
      symbol: 'BTC/USDT',
      timeframe: '1m',
      referencePrice: { price: '1', kind: 'close', time: '2026-01-05T00:01:00.000Z' },
      tape: { id: 'abc-1' },
      reasons: ['why'],
    },
  });
});

test('lets an entry expire one timeframe after its close, an exit ten', () => {
  const [entry, way] = play(machineOf({ 1: enter, 2: exit }), closes(1, 2));
  expect(entry?.expirytime).toBe('2026-01-05T00:02:00.000Z');
  expect(way?.expirytime).toBe('2026-01-05T00:12:00.000Z');
});

test('numbers signals over all symbols from 1 without gaps', () => {
  const machine = machineOf({ 1: enter });
  const candle = aCandle({ close: 1 });
  const other = aCandle({ close: 1, symbol: SymbolName.parse('ETH/USDT') });
  const instant = { time: candle.closeTime, candles: [candle, other] };
  expect(machine.onInstant(instant, 0).map(({ sequence }) => sequence)).toEqual([1, 2]);
  expect(play(machine, [aCandle({ at: 1, close: 1 })])[0]?.sequence).toBe(3);
});

test('gives an exit the correlation of its entry, and each symbol its own', () => {
  const machine = machineOf({ 1: enter, 2: exit, 3: reverse });
  const eth = SymbolName.parse('ETH/USDT');
  const [lone, first, foreign, out, second, turned, last] = play(machine, [
    aCandle({ at: 0, close: 2 }),
    aCandle({ at: 1, close: 1 }),
    aCandle({ at: 2, close: 2, symbol: eth }),
    aCandle({ at: 3, close: 2 }),
    aCandle({ at: 4, close: 1 }),
    aCandle({ at: 5, close: 3 }),
    aCandle({ at: 6, close: 2 }),
  ]);
  for (const own of [lone, first, foreign, second, turned])
    expect(own?.correlationid).toBe(own?.id);
  expect(out?.correlationid).toBe(first?.id);
  expect(last?.correlationid).toBe(turned?.id);
});

describe('the id', () => {
  const id = idOf(machineOf({ 1: enter }));

  test('is the same whenever and wherever the same thing is decided', () => {
    expect(id).toMatch(/^[a-z2-7]{26}$/);
    expect(idOf(machineOf({ 1: { ...enter, reasons: ['other words'] } }))).toBe(id);
  });

  test.each([
    ['intent', machineOf({ 1: exit }), undefined],
    ['parameters', machineOf({ 1: enter }, { params: 2 }), undefined],
    ['tape', machineOf({ 1: enter }, { tape: 'abc-2' }), undefined],
    ['live tape', machineOf({ 1: enter }, { tape: 'live' }), undefined],
    ['time', machineOf({ 1: enter }), aCandle({ at: 1, close: 1 })],
    ['symbol', machineOf({ 1: enter }), aCandle({ close: 1, symbol: SymbolName.parse('SPY') })],
  ])('is another one for another %s', (_, machine, candle) => {
    expect(idOf(machine, candle)).not.toBe(id);
  });
});

describe('a strategy that fails', () => {
  test.each([
    ['throws', new Error('boom'), 'boom'],
    ['wants nonsense', { intent: 'buy!' }, "onCandle gave { intent: 'buy!' }, expected an intent"],
    ['contradicts itself', { ...enter, targetPosition: 'flat' }, 'must aim at long'],
    ['gives a stop on the wrong side', { ...enter, stopLoss: { price: '5' } }, 'must lie below'],
    [
      'gives an indicator that is no number',
      { ...enter, indicators: { x: Number.NaN } },
      'data.indicators.x: ',
    ],
    [
      'answers later',
      Promise.resolve(enter),
      'onCandle gave a promise: a strategy answers at once',
    ],
    ['answers null', null, 'onCandle gave null, expected an intent or undefined'],
    ['answers with text', 'enter', "onCandle gave 'enter', expected an intent"],
  ])('by what it does (%s) is reported and takes no number', (_, wish, message) => {
    const failures: StrategyFailure[] = [];
    const machine = machineOf({ 1: wish, 2: enter }, { failures });
    const signals = play(machine, closes(1, 2));
    expect(signals.map(({ sequence }) => sequence)).toEqual([1]);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ strategy: 'scripted', candle: { symbol: 'BTC/USDT' } });
    expect(String(failures[0]?.error)).toContain(message);
  });

  test('disturbs no other symbol', () => {
    const failures: StrategyFailure[] = [];
    const machine = machineOf({ 1: new Error('boom'), 2: enter }, { failures });
    const candles = [
      aCandle({ close: 1 }),
      aCandle({ close: 2, symbol: SymbolName.parse('ETH/USDT') }),
    ];
    const signals = machine.onInstant({ time: candles[0]?.closeTime ?? 0, candles }, 0);
    expect(signals.map(({ subject }) => subject)).toEqual(['ETH/USDT']);
    expect(failures).toHaveLength(1);
  });
});
