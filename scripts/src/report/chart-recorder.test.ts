import { SymbolName } from '@heliograph/contracts';
import { aCandle } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { createChartRecorder } from './chart-recorder.ts';

const symbols = ['BTC/USDT', 'ETH/USDT', 'XRP/USDT'].map((name) => SymbolName.parse(name));

function standing(timeMs: number, equity: number) {
  return { timeMs, equity, drawdownRatio: 0, buyAndHoldRatio: 0 };
}

test('instruments share the bars that there may be', () => {
  const recorder = createChartRecorder(6_000);
  for (let at = 0; at < 5_000; at++) {
    // The third comes late.
    for (const symbol of at < 2_500 ? symbols.slice(0, 2) : symbols)
      recorder.onCandle(aCandle({ at, symbol }));
    recorder.onStanding(standing(at, at));
  }
  const [first, second, third] = recorder.instruments();
  expect(first).toMatchObject({ symbol: 'BTC/USDT', candlesPerBar: 4 });
  expect(second?.bars.length).toBe(first?.bars.length);
  expect(first?.bars.length).toBeLessThanOrEqual(2_000);
  expect(third).toMatchObject({ symbol: 'XRP/USDT', candlesPerBar: 2 });
  expect(first?.bars.at(-1)).toMatchObject({ equity: 4_999 });
});

test('how things stand is told of the instruments that have just closed', () => {
  const recorder = createChartRecorder();
  const [btc, eth] = symbols;
  if (!btc || !eth) throw new Error('there are two');
  recorder.onCandle(aCandle({ symbol: btc }));
  recorder.onCandle(aCandle({ symbol: eth }));
  recorder.onStanding(standing(1, 100));
  recorder.onCandle(aCandle({ at: 1, symbol: eth }));
  recorder.onStanding(standing(2, 200));
  const equities = recorder.instruments().map(({ bars }) => bars.map(({ equity }) => equity));
  expect(equities).toEqual([[100], [100, 200]]);
});
