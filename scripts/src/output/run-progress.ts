import type { SignalEngine } from '@heliograph/signal-engine';
import type { Tally } from '../tally.ts';
import { count, money } from './format.ts';
import type { Terminal } from './terminal.ts';

const everyMs = 100;

/** Keeps the progress line of a run over the bus up to date until it is disposed of. */
export function showRunProgress(
  terminal: Terminal,
  { engine, tally, total }: { engine: SignalEngine; tally: Tally; total: number | undefined },
): Disposable {
  const timer = setInterval(() => {
    const { candles, signals } = engine.progress;
    terminal.progress(
      `${played(candles, total)} · signals ${count(signals)} · orders ${count(tally.orders)} · ` +
        `trades ${count(tally.trades.length)} · result ${money(tally.realisedPnl)}`,
    );
  }, everyMs);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      terminal.endProgress();
    },
  };
}

function played(candles: number, total: number | undefined): string {
  if (total === undefined) return `${count(candles)} candles`;
  return `${count(candles)}/${count(total)} candles ${Math.floor((candles / total) * 100)}%`;
}
