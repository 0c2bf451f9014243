import { Big, toMs } from '@heliograph/contracts';
import { draftOf } from '../../decision/state/draft.ts';
import { evolve } from '../../decision/state/evolve.ts';
import { emptyPortfolio, type Portfolio } from '../../decision/state/portfolio.ts';
import { manualStrategy } from '../../decision/settle.ts';
import { portfolio, type LivedHistory, type LiveHistory } from '../live-history.ts';
import { checkEntry } from './check-entry.ts';
import type { Report } from './report.ts';
import { watchStops } from './watch-stops.ts';

const zero = new Big('0');

/** Every limit, at every event. */
export function foldAndWatch(history: LiveHistory, lived: LivedHistory, report: Report): Portfolio {
  let state = emptyPortfolio(portfolio);
  const nakedSince = new Map<string, number>();
  const entriesMs: number[] = [];
  for (const recorded of lived.journal) {
    const event = draftOf(recorded);
    const atMs = toMs(recorded.recordedtime);
    if (
      event.type === 'order_intended' &&
      event.data.role === undefined &&
      !event.data.reduceOnly
    ) {
      checkEntry(state, event, lived, report);
      const { maxOrdersPerMinute = Infinity } = history.settings.risk;
      const lately = entriesMs.filter((ms) => ms > event.timeMs - 60_000);
      if (lately.length >= maxOrdersPerMinute) report(`ORDER_RATE at ${event.data.orderId}`);
      entriesMs.push(event.timeMs);
    }
    if (event.type === 'order_intended' && event.data.role === undefined) {
      const isManual = event.data.strategy === manualStrategy;
      const { state: trading } = state.tradingState;
      if (trading === 'HALTED' && !isManual) report(`${event.data.orderId} intended while halted`);
    }
    // Whoever resumes lets it begin to count anew.
    if (event.type === 'trading_state_changed' && event.data.to === 'ACTIVE') entriesMs.length = 0;
    state = evolve(state, event);
    const { maxPositions = Infinity } = history.settings.risk;
    if (state.positions.size > maxPositions) report(`${state.positions.size} positions`);
    if (!hasMargin(history) && state.cash.lt(zero)) report(`cash is ${state.cash.toFixed()}`);
    watchStops(state, nakedSince, atMs, report);
  }
  watchStops(state, nakedSince, Date.now(), report);
  return state;
}

function hasMargin({ settings: { shorting = false, leverage = 1 } }: LiveHistory): boolean {
  return shorting || leverage > 1;
}
