import type { PortfolioSettings } from '@heliograph/contracts';
import type { SimulatedRun } from '../simulate.ts';
import { summariseRun, type RunSummary } from '@heliograph/trade-log';
import type { Excursion } from '../record/excursions.ts';
import type { OpenPosition, StateChange, Trade } from '../tally.ts';

import { amount, count, duration, minute, money } from './format.ts';
import { runText } from './run-text.ts';
import { formatFacts, formatTable, type Column } from './table.ts';
import { tradeColumns } from './trade-columns.ts';
import type { Terminal } from './terminal.ts';

/** What `backtest` and `replay` print as JSON. */
export interface SimulatedRunJson extends RunSummary {
  readonly run: string;
  readonly candles: number;
  readonly signals: number;
  readonly trades: readonly MeasuredTrade[];
  readonly openPositions: readonly OpenPosition[];
  readonly skipped: Readonly<Record<string, number>>;
  /** When what may be traded at all changed: a run that a breaker has stopped says little about the rest of its candles. */
  readonly stateChanges: readonly StateChange[];
  readonly settings: PortfolioSettings;
  readonly decisionsHash: string;
  readonly elapsedMs: number;
}

/** A trade with how far the price went against it and for it meanwhile. */
export type MeasuredTrade = Trade & Excursion;

export function simulatedRunJson({
  run,
  simulated: { tally, candles, signals, history },
  settings,
  elapsedMs,
}: {
  run: string;
  simulated: SimulatedRun;
  settings: PortfolioSettings;
  elapsedMs: number;
}): SimulatedRunJson {
  const { excursions, ...recorded } = history();
  const trades = tally.trades.map((trade, at) => ({
    ...trade,
    ...(excursions[at] ?? { maeRatio: 0, mfeRatio: 0 }),
  }));
  const openPositions = tally.marked?.openPositions ?? [];
  return {
    run,
    candles,
    signals,
    trades,
    openPositions,
    ...summariseRun({
      startCash: settings.cash,
      trades,
      finalEquity: tally.marked?.equity,
      openSince: openPositions.map(({ entryTime }) => entryTime),
      ...recorded,
    }),
    skipped: tally.skipped,
    stateChanges: tally.stateChanges,
    settings,
    decisionsHash: tally.decisionsHash(),
    elapsedMs,
  };
}

const shownTrades = 10;

export const positionColumns: readonly Column<OpenPosition>[] = [
  { title: 'STILL OPEN', text: ({ symbol }) => symbol },
  { title: 'ENTRY', text: ({ entryTime }) => minute(entryTime) },
  { title: 'PRICE', right: true, text: ({ entryPrice }) => amount(entryPrice) },
  { title: 'LAST', right: true, text: ({ markPrice }) => amount(markPrice) },
  { title: 'QUANTITY', right: true, text: ({ quantity }) => amount(quantity) },
  { title: 'PNL', right: true, text: ({ unrealisedPnl }) => money(unrealisedPnl) },
];

/** The same for people: the last trades, what is open, and the figures. */
export function printSimulatedRun(terminal: Terminal, run: SimulatedRunJson): void {
  const earlier = run.trades.length - shownTrades;
  if (earlier > 0) terminal.data(`${count(earlier)} earlier trades: see --json`);
  if (run.trades.length > 0)
    terminal.data(`${formatTable(tradeColumns, run.trades.slice(-shownTrades))}\n`);
  if (run.openPositions.length > 0)
    terminal.data(`${formatTable(positionColumns, run.openPositions)}\n`);
  terminal.data(`${runText(run)}\n`);
  const rate = Math.round((run.candles / Math.max(run.elapsedMs, 1)) * 1000);
  terminal.data(
    formatFacts([
      ['Candles', `${count(run.candles)} in ${duration(run.elapsedMs)} (${count(rate)} a second)`],
      ['Signals', `${count(run.signals)}${skippedText(run.skipped)}`],
      ...run.stateChanges.map((change): [string, string] => ['Trading', stateText(change)]),
      ['Decisions', run.decisionsHash],
    ]),
  );
}

/** `REDUCING from 2026-01-05 00:00 on: …`. */
export function stateText({ time, to, reason }: StateChange): string {
  return `${to} from ${minute(time)} on: ${reason}`;
}

function skippedText(skipped: Readonly<Record<string, number>>): string {
  const reasons = Object.entries(skipped).map(([code, times]) => `${code} ${count(times)}`);
  return reasons.length === 0 ? '' : ` (skipped: ${reasons.join(', ')})`;
}
