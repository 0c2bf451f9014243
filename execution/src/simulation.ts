import {
  toMs,
  type Candle,
  type Mode,
  type PortfolioSettings,
  type TapeEnded,
  type TradeSignal,
} from '@heliograph/contracts';
import type { Report } from './brokers/broker.ts';
import { decide, open } from './decision/decide.ts';
import type { Draft } from './decision/draft.ts';
import { mark } from './decision/mark.ts';
import { currencyOf, emptyPortfolio, evolve, type Portfolio } from './decision/portfolio.ts';
import { requestOf } from './brokers/request.ts';
import { settle } from './decision/settle.ts';
import {
  cancelResting,
  emptyBook,
  evolveBook,
  match,
  place,
  type PaperEvent,
} from './paper/book.ts';

/**
 * A portfolio and its paper exchange in one process, without a bus: the same decisions, orders and fills as those of
 * the execution workers, for backtests and replays. Feed it in event time: all candles of an instant, then its signals.
 */
export interface Simulation {
  readonly portfolio: Portfolio;
  onCandle(candle: Candle): void;
  onSignal(signal: TradeSignal): void;
  onTapeEnded(ended: TapeEnded['data'], timeMs: number): void;
}

export function createSimulation({
  portfolio: name,
  tape,
  mode,
  settings,
  onEvent,
}: {
  portfolio: string;
  tape: string;
  mode: Mode;
  settings: PortfolioSettings;
  /** Called with each event of the journal, in order. */
  onEvent: (event: Draft) => void;
}): Simulation {
  let portfolio = emptyPortfolio(name);
  let book = evolveBook(emptyBook(), { type: 'account_opened', settings });

  const journal = (events: readonly Draft[]): void => {
    for (const event of events) {
      portfolio = evolve(portfolio, event);
      onEvent(event);
    }
  };
  const exchange = (events: readonly PaperEvent[]): void => {
    for (const event of events) {
      book = evolveBook(book, event);
      if (event.type === 'account_opened') continue;
      const report: Report | undefined = book.reports.get(event.orderId)?.at(-1);
      if (report) journal(settle(portfolio, report));
    }
  };
  const openFor = (symbol: string, timeMs: number): void => {
    if (portfolio.opened) return;
    journal([open(name, { mode, settings }, { tape, currency: currencyOf(symbol), timeMs })]);
  };

  return {
    get portfolio() {
      return portfolio;
    },
    onCandle(candle) {
      if (book.resting.size > 0) exchange(match(book, candle));
    },
    onSignal(signal) {
      const nowMs = toMs(signal.time);
      openFor(signal.data.symbol, nowMs);
      const decision = decide(portfolio, signal, { nowMs, mode });
      journal(decision);
      for (const event of decision) {
        const order =
          event.type === 'order_intended' ? portfolio.orders.get(event.data.orderId) : undefined;
        if (order) exchange(place(book, requestOf(order)));
      }
    },
    onTapeEnded(ended, timeMs) {
      openFor(ended.closes[0]?.symbol ?? '', timeMs);
      exchange(cancelResting(book, timeMs));
      journal(mark(portfolio, ended, timeMs));
    },
  };
}
