import type { Candle } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { builtInStrategies } from '../strategies/built-in-strategies.ts';
import {
  type ConfiguredStrategy,
  defineStrategy,
  type Strategy,
  type StrategyIntent,
} from '../strategies/define-strategy.ts';
import { candlesOf } from '../testing/feed-of.ts';
import { checkLookahead } from './check-lookahead.ts';

const candles = candlesOf(
  Array.from(
    { length: 2_000 },
    (_, at) => Math.round(1e4 * (100 + 15 * Math.sin(at / 25) + 6 * Math.sin(at / 4.3))) / 1e4,
  ),
);

function cheat(create: () => Strategy): ConfiguredStrategy {
  const name = 'cheat';
  return defineStrategy({ name, version: '1', params: z.object({}), create }).configure({});
}

const buy: StrategyIntent = {
  intent: 'enter',
  side: 'buy',
  targetPosition: 'long',
  reasons: ['it will rise'],
};

test.each(builtInStrategies.map((strategy) => [strategy.name, strategy] as const))(
  '%s does not look ahead and settles',
  (_, strategy) => {
    const report = checkLookahead(strategy.configure({}), candles);
    expect(report.signals).toBeGreaterThan(10);
    expect(report.findings).toEqual([]);
    expect(report.settles).toBe(true);
  },
);

test('finds who remembers the candles of another pass', () => {
  const seen = new Map<number, number>();
  const { findings } = checkLookahead(
    cheat(() => ({
      onCandle({ openTime, closeTime, close }) {
        seen.set(openTime, close);
        return (seen.get(closeTime) ?? 0) > close ? buy : undefined;
      },
    })),
    candles,
  );
  expect(findings.map(({ change }) => change)).toContain('repeated');
});

test('finds who looks the next candle up by its time', () => {
  const file = new Map(candles.map(({ openTime, close }) => [openTime, close]));
  const { findings } = checkLookahead(
    cheat(() => ({
      onCandle: ({ closeTime, close }) => ((file.get(closeTime) ?? 0) > close ? buy : undefined),
    })),
    candles,
  );
  expect(findings.map(({ change }) => change)).toEqual(['shifted']);
});

const pricesOf = ({ open, close, volume }: Candle): string => [open, close, volume].join();

test('finds who looks the next candle up by the prices of this one', () => {
  const next = new Map(candles.map((candle, at) => [pricesOf(candle), candles[at + 1]?.close]));
  const { findings, settles } = checkLookahead(
    cheat(() => ({
      onCandle: (candle) => ((next.get(pricesOf(candle)) ?? 0) > candle.close ? buy : undefined),
    })),
    candles,
  );
  expect(findings.map(({ change }) => change)).toEqual(['nudged']);
  expect(settles).toBe(true);
});

test('a price that is compared with a fixed one, and stops that move with prices, are no findings', () => {
  const { findings, signals } = checkLookahead(
    cheat(() => ({
      onCandle: ({ close }) =>
        close > 100 ? { ...buy, stopLoss: { price: String(close * 0.9) } } : undefined,
    })),
    candles,
  );
  expect(signals).toBeGreaterThan(100);
  expect(findings).toEqual([]);
});

test('who counts along a file of the future never settles', () => {
  const report = checkLookahead(
    cheat(() => {
      let at = 0;
      return {
        onCandle: ({ close }) => ((candles[++at]?.close ?? 0) > close ? buy : undefined),
      };
    }),
    candles,
  );
  expect(report.settles).toBe(false);
});

test('tells how long a strategy depends on where it began', () => {
  const { warmUpCandles, settles, findings } = checkLookahead(
    cheat(() => {
      let count = 0;
      return { onCandle: () => (++count > 50 ? buy : undefined) };
    }),
    candles,
  );
  expect({ warmUpCandles, settles, findings }).toEqual({
    warmUpCandles: 50,
    settles: true,
    findings: [],
  });
});
