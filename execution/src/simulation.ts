import {
  Big,
  earliestMs,
  toMs,
  type Candle,
  type Mode,
  type PortfolioSettings,
  type TapeEnded,
  type TradeSignal,
} from '@heliograph/contracts';
import type { Report } from './brokers/broker.ts';
import { requestOf } from './decision/request.ts';
import { decide, open } from './decision/decide.ts';
import type { Draft } from './decision/state/draft.ts';
import { estimateEquity, inexact } from './decision/entries/estimate.ts';
import { evolve } from './decision/state/evolve.ts';
import { mark } from './decision/mark.ts';
import { instrumentKey } from './instrument-key.ts';
import {
  currencyOf,
  emptyPortfolio,
  equityOf,
  type LastPrice,
  type Portfolio,
} from './decision/state/portfolio.ts';
import { rejected } from './decision/state/order-events.ts';
import { protect } from './decision/exits/protection.ts';
import { settle } from './decision/settle.ts';
import { value } from './decision/value.ts';
import { withdraw } from './decision/exits/withdraw.ts';
import { createPaperExchange } from './paper/exchange.ts';
import type { Print } from './paper/slice.ts';

/**
 * A portfolio and its paper exchange in one process, without a bus: the same decisions, orders and fills as those of
 * the execution workers, for backtests and replays. Feed it in event time: all prices of an instant, then its signals.
 */
export interface Simulation {
  readonly portfolio: Portfolio;
  /** What is held, by venue and symbol with a bar between. */
  readonly positions: Portfolio['positions'];
  /** Cash and what is held at the last prices, in floating point, which may be asked at every price; quote currency. */
  readonly estimatedEquity: number;
  /** The same as it stands now, to the last digit, reckoned when it is asked for. */
  exactEquity(): () => Big;
  onCandle(candle: Candle): void;
  onPrint(print: Print): void;
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
  const startCash = new Big(settings.cash);
  const prices = new Map<string, LastPrice>();
  const fillsFrom = settings.paper?.tape ?? 'candles';
  /** The clock of the tape, and the time of what is dealt with now. */
  let playedMs = earliestMs;
  let timeMs = earliestMs;

  const journal = (events: readonly Draft[]): void => {
    for (const event of events) {
      portfolio = evolve(portfolio, event);
      onEvent(event);
    }
  };
  const onReport = (report: Report): void => {
    journal(settle(portfolio, report));
    followUp();
  };
  const exchange = createPaperExchange({ settings, onReport });

  /** What follows from the state by itself: protection, orders to take back. */
  const followUp = (): void => {
    for (;;) {
      const events = [...withdraw(portfolio, timeMs), ...protect(portfolio, timeMs)];
      if (events.length === 0) return;
      journal(events);
      for (const event of events) carryOut(event);
    }
  };
  const carryOut = (event: Draft): void => {
    if (event.type === 'order_cancel_intended') {
      const { orderId, reason, detail } = event.data;
      exchange.cancel(orderId, { timeMs: event.timeMs, reason, detail });
    }
    if (event.type !== 'order_intended') return;
    const order = portfolio.orders.get(event.data.orderId);
    const placement = order && exchange.place(requestOf(order));
    if (order && placement?.status === 'rejected')
      journal([rejected(portfolio, order, { timeMs, ...placement })]);
  };
  const onPrice = (key: string, price: LastPrice): void => {
    if ((prices.get(key)?.timeMs ?? earliestMs) <= price.timeMs) prices.set(key, price);
  };
  const watch = (): void => {
    if (!portfolio.opened) return;
    followUp();
    const events = value(portfolio, prices, timeMs);
    if (events.length === 0) return;
    journal(events);
    for (const event of events) carryOut(event);
    followUp();
  };
  const openFor = (symbol: string): void => {
    if (portfolio.opened) return;
    journal([open(name, { mode, settings }, { tape, currency: currencyOf(symbol), timeMs })]);
  };

  return {
    get portfolio() {
      return portfolio;
    },
    get positions() {
      return portfolio.positions;
    },
    get estimatedEquity() {
      return portfolio.opened ? estimateEquity(portfolio, prices) : inexact(startCash);
    },
    exactEquity() {
      if (!portfolio.opened) return () => startCash;
      const now = { cash: portfolio.cash, positions: new Map(portfolio.positions) };
      const at = new Map([...now.positions.keys()].flatMap((key) => entryOf(prices, key)));
      return () => equityOf(now, at);
    },
    onCandle(candle) {
      if (fillsFrom !== 'candles') return;
      timeMs = playedMs = Math.max(playedMs, candle.closeTime);
      onPrice(instrumentKey(candle), { price: candle.close, timeMs: candle.closeTime });
      exchange.onCandle(candle);
      watch();
    },
    onPrint(print) {
      if (fillsFrom !== 'trades') return;
      timeMs = playedMs = Math.max(playedMs, print.timeMs);
      onPrice(instrumentKey(print), { price: Number(print.price), timeMs: print.timeMs });
      exchange.onPrint(print);
      watch();
    },
    onSignal(signal) {
      timeMs = Math.max(playedMs, toMs(signal.time));
      openFor(signal.data.symbol);
      // It may come from later than the last price: what is due by then comes first.
      followUp();
      const decision = decide(portfolio, signal, { nowMs: timeMs, mode, prices });
      journal(decision);
      for (const event of decision) carryOut(event);
      followUp();
    },
    onTapeEnded(ended, endMs) {
      timeMs = endMs;
      openFor(ended.closes[0]?.symbol ?? '');
      exchange.cancelResting(endMs);
      journal(mark(portfolio, ended, endMs));
    },
  };
}

function entryOf<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): [Key, Value][] {
  const value = map.get(key);
  return value === undefined ? [] : [[key, value]];
}
