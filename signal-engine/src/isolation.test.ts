import { type Candle, parseEvent, StrategyFailed, SymbolName } from '@heliograph/contracts';
import { createMemoryServer } from '@heliograph/contracts/bus';
import { aCandle } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Feed, Instant } from './feeds/feed.ts';
import { createSignalMachine, type SignalMachine, type StrategyFailure } from './signals.ts';
import {
  type ConfiguredStrategy,
  defineStrategy,
  type Strategy,
  type StrategyIntent,
} from './strategies/define-strategy.ts';
import { loadStrategy } from './strategies/load-strategy.ts';
import { signalsIn, start, stored } from './testing/engine-on-bus.ts';
import { feedOf } from './testing/feed-of.ts';
import { makeTempFolder } from './testing/temp-folder.ts';

const enter: StrategyIntent = { intent: 'enter', side: 'buy', targetPosition: 'long' };
const eth = SymbolName.parse('ETH/USDT');

/** As if it came from a file of somebody's. */
function foreign(create: () => Strategy): ConfiguredStrategy {
  const params = z.object({});
  const strategy = defineStrategy({ name: 'mine', version: '1', params, create }).configure({});
  return { ...strategy, file: 'mine.ts' };
}

function machineOf(
  strategy: ConfiguredStrategy,
  failures: StrategyFailure[],
  limitMs = 10_000,
): SignalMachine {
  return createSignalMachine({
    strategy,
    tape: 'live',
    mode: 'paper',
    runId: 'run',
    source: 'signal-engine/test',
    limitMs,
    onError: (failure) => failures.push(failure),
  });
}

/** Minutes of two symbols. */
function minutes(count: number): Instant[] {
  return Array.from({ length: count }, (_, at) => {
    const candles = [aCandle({ at, close: 100 + at }), aCandle({ at, close: 50, symbol: eth })];
    return { time: candles[0]?.closeTime ?? 0, candles };
  });
}

/** For ever on the third minute of the first symbol. */
const hanging = (): Strategy => ({
  onCandle({ close }) {
    for (;;) if (close !== 102) return enter;
  },
});

const nasty = {
  toString(): string {
    throw new Error('nasty');
  },
};

test.each([
  ['no error at all', null, 'null'],
  ['what cannot be shown', nasty, 'cannot be shown'],
  [
    'what cannot even be looked at',
    new Proxy({}, { getPrototypeOf: () => JSON.parse(nasty.toString()) }),
    'cannot be shown',
  ],
  ['an error without an end', Object.assign(new Error('x'), { message: nasty }), 'cannot be shown'],
])('a strategy that throws %s fails as any other', (_, thrown, told) => {
  const failures: StrategyFailure[] = [];
  const machine = machineOf(
    foreign(() => ({
      onCandle() {
        throw thrown;
      },
    })),
    failures,
  );
  expect([...machine.decide(minutes(2), ({ time }) => time)]).toHaveLength(2);
  expect(failures).toHaveLength(4);
  expect(failures[0]?.error.message).toContain(told);
});

test('a strategy that is none is told as that, and not as a failure in here', () => {
  const failures: StrategyFailure[] = [];
  const machine = machineOf(
    foreign(() => JSON.parse('{}')),
    failures,
  );
  void [...machine.decide(minutes(1), ({ time }) => time)];
  expect(failures[0]?.place).not.toContain('player.ts');
  expect(failures[0]?.error.message).toBe('create gave {}, expected an object with onCandle');
});

test('a strategy that does not come back loses that symbol, and nothing else', () => {
  const failures: StrategyFailure[] = [];
  const machine = machineOf(foreign(hanging), failures, 100);
  const steps = [...machine.decide(minutes(5), ({ time }) => time)];
  const symbols = steps.map(({ signals }) => signals.map(({ subject }) => subject));
  const both = ['BTC/USDT', 'ETH/USDT'];
  expect(symbols).toEqual([both, both, ['ETH/USDT'], ['ETH/USDT'], ['ETH/USDT']]);
  expect(steps.flatMap(({ signals }) => signals).map(({ sequence }) => sequence)).toEqual([
    1, 2, 3, 4, 5, 6, 7,
  ]);
  expect(failures).toMatchObject([
    { kind: 'hung', suspended: true, place: 'mine.ts', candle: { symbol: 'BTC/USDT', close: 102 } },
  ]);
  expect(String(failures[0]?.error)).toContain('did not come back from a candle within 0.1 s');
});

test('candle by candle it is the same', () => {
  const failures: StrategyFailure[] = [];
  const machine = machineOf(foreign(hanging), failures, 100);
  const signals = minutes(4).map((instant) => machine.onInstant(instant, 0).length);
  expect(signals).toEqual([2, 2, 1, 1]);
  expect(failures).toHaveLength(1);
});

test('one that hangs while it is made is suspended, too', () => {
  const failures: StrategyFailure[] = [];
  let made = 0;
  const strategy = foreign(() => {
    while (made++ === 0) for (;;);
    return { onCandle: () => enter };
  });
  const steps = [...machineOf(strategy, failures).decide(minutes(2), () => 0)];
  expect(steps.map(({ signals }) => signals.map(({ subject }) => subject))).toEqual([
    ['ETH/USDT'],
    ['ETH/USDT'],
  ]);
  expect(failures).toMatchObject([{ kind: 'hung', candle: { symbol: 'BTC/USDT' } }]);
});

test('a promise that fails later is nobody’s end', async () => {
  const failures: StrategyFailure[] = [];
  const answers: StrategyIntent[] = [];
  Reflect.set(answers, 0, Promise.reject(new Error('later')));
  const machine = machineOf(
    foreign(() => ({ onCandle: () => answers[0] })),
    failures,
  );
  machine.onInstant({ time: 0, candles: [aCandle({})] }, 0);
  await new Promise((resolve) => setImmediate(resolve));
  expect(failures).toMatchObject([{ kind: 'nonsense' }]);
});

test('what it writes into a candle nobody else sees', () => {
  const candle: Candle = aCandle({ close: 7 });
  const machine = machineOf(
    foreign(() => ({
      onCandle(own) {
        Reflect.set(own, 'close', 1e9);
        return enter;
      },
    })),
    [],
  );
  const [signal] = machine.onInstant({ time: candle.closeTime, candles: [candle] }, 0);
  expect(signal?.data.referencePrice.price).toBe('7');
});

test('an engine tells people of it once, with file and line, and goes on', async () => {
  await using folder = await makeTempFolder();
  const path = await folder.write(
    'mine.ts',
    `import { defineStrategy } from '${import.meta.dirname}/strategies/define-strategy.ts';
import { z } from '${import.meta.resolve('zod')}';
export const strategy = defineStrategy({ name: 'mine', version: '1', params: z.object({}), create: () => ({
  onCandle({ symbol }) {
    if (symbol === 'BTC/USDT') throw new TypeError('no close');
    return { intent: 'enter', side: 'buy', targetPosition: 'long' };
  },
}) });`,
  );
  const server = createMemoryServer();
  const feed: Feed = {
    ...feedOf([aCandle()]),
    async *chunks() {
      yield minutes(4);
    },
  };
  const engine = await start(server.connect(), { feed, strategy: await loadStrategy(path) });
  await engine.finished;
  expect((await signalsIn(server)).map(({ subject }) => subject)).toEqual(
    Array.from({ length: 4 }, () => 'ETH/USDT'),
  );
  expect(engine.progress.failures).toBe(4);
  const alerts = await stored(server, 'ALERTS');
  expect(alerts.map(({ subject }) => subject)).toEqual(['alert.error']);
  const { data } = parseEvent(StrategyFailed, alerts[0]?.body ?? '');
  expect(data).toMatchObject({
    strategy: 'mine',
    symbol: 'BTC/USDT',
    failure: 'threw',
    error: 'TypeError: no close',
    suspended: false,
  });
  expect(data.place).toMatch(/mine\.ts:5:38$/);
});
