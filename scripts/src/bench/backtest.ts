import type { Candle } from '@heliograph/contracts';
import { createSignalMachine, smaCross, type Instant } from '@heliograph/signal-engine';
import { createSimulatedRun } from '../simulate.ts';
import { rowOf, type Measure } from './measure.ts';
import { interleave } from './rounds.ts';
import { benchSettings, simulatedCandles } from './sample-market.ts';

/**
 * The `backtest` command's own loop over candles that lie in memory, against a bare loop over the same candles with the
 * same indicator, which trades in plain numbers and keeps no events.
 */
export const backtest: Measure = {
  name: 'backtest',
  async run(context) {
    const candles = simulatedCandles(Math.max(1_000, Math.round(100_000 * context.scale)));
    const instants = candles.map((candle) => ({ time: candle.closeTime, candles: [candle] }));
    const trades = { ours: 0, floor: 0 };
    const measured = await interleave(context, {
      ours: () => {
        const startedMs = performance.now();
        trades.ours = playOurs(instants);
        return (candles.length / (performance.now() - startedMs)) * 1_000;
      },
      floor: () => {
        const startedMs = performance.now();
        trades.floor = playBare(candles);
        return (candles.length / (performance.now() - startedMs)) * 1_000;
      },
      onRound: (round) => context.terminal.progress(`backtest: round ${round}`),
    });
    if (trades.ours !== trades.floor)
      throw new Error(`the bare loop closed ${trades.floor} trades, ours ${trades.ours}`);
    return [
      rowOf({
        measure: 'backtest',
        figure: 'candles played',
        unit: '/s',
        ...measured,
        target: { of: 'ratio', bound: 'at least', limit: 0.25 },
        facts: { candles: candles.length, trades: trades.ours },
      }),
    ];
  },
};

function playOurs(instants: readonly Instant[]): number {
  const machine = createSignalMachine({
    strategy: smaCross.configure({}),
    tape: 'bench',
    mode: 'backtest',
    runId: 'bench',
    source: 'bench',
    onError: ({ error }) => {
      throw error;
    },
  });
  const run = createSimulatedRun({
    portfolio: 'bench',
    tape: 'bench',
    mode: 'backtest',
    settings: benchSettings,
  });
  for (const instant of instants)
    run.play(instant.candles, machine.onInstant(instant, instant.time));
  run.end();
  return run.tally.trades.length;
}

/** As somebody would write it who wants nothing but the result: in at the next open, out at the next open, fees off. */
function playBare(candles: readonly Candle[]): number {
  const strategy = smaCross.configure({}).create();
  const feeRatio = Number(benchSettings.feeBps) / 10_000;
  let cash = Number(benchSettings.cash);
  let held = 0;
  let trades = 0;
  let wanted: 'enter' | 'exit' | undefined;
  for (const candle of candles) {
    if (wanted === 'enter' && held === 0) {
      held = 1_000 / candle.open;
      cash -= 1_000 * (1 + feeRatio);
    } else if (wanted === 'exit' && held > 0) {
      cash += held * candle.open * (1 - feeRatio);
      held = 0;
      trades++;
    }
    const intent = strategy.onCandle(candle)?.intent;
    wanted = intent === 'enter' || intent === 'exit' ? intent : undefined;
  }
  return Number.isFinite(cash) ? trades : 0;
}
