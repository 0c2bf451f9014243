import type { JournalEventType } from './journal/journal.ts';
import type { QueryName } from './queries.ts';
import type { SymbolName, Timeframe, Venue } from './units.ts';

/**
 * A symbol as one token of a subject: `BTC/USDT` becomes `BTC-USDT`, `BTC/USDT:USDT` becomes `BTC-USDT_USDT`. Capitals,
 * digits, one slash and one colon are all that a symbol has, so no two share a token.
 */
export function symbolToken(symbol: SymbolName): string {
  return symbol.replace('/', '-').replace(':', '_');
}

/** Where each kind of event is published. Tokens never hold dots or wildcards: their schemas see to it. */
export const subjects = {
  candle: (candle: { venue: Venue; symbol: SymbolName; timeframe: Timeframe }): string =>
    `market.candle.${candle.venue}.${symbolToken(candle.symbol)}.${candle.timeframe}`,
  /** A symbol's candles of every timeframe. */
  candlesOf: (instrument: { venue: Venue; symbol: SymbolName }): string =>
    `market.candle.${instrument.venue}.${symbolToken(instrument.symbol)}.*`,
  print: (instrument: { venue: Venue; symbol: SymbolName }): string =>
    `market.trade.${instrument.venue}.${symbolToken(instrument.symbol)}`,
  tape: (tape: string): string => `market.tape.${tape}`,
  signal: (signal: { strategy: string; venue: Venue; symbol: SymbolName }): string =>
    `trade_signal.${signal.strategy}.${signal.venue}.${symbolToken(signal.symbol)}`,
  journal: (portfolio: string, type: JournalEventType): string => `trading.${portfolio}.${type}`,
  command: (channel: string): string => `command.${channel}`,
  alert: (severity: 'info' | 'warning' | 'error'): string => `alert.${severity}`,
  deadLetter: (consumer: string): string => `dead_letter.${consumer}`,
  /** Where the trade log is asked; nothing is stored there. */
  query: (name: QueryName): string => `query.${name}`,
  everyQuery: (): string => 'query.*',
} as const;

/** The queue group of the trade logs: one of them answers a question. */
export const queryGroup = 'trade-log';

/** The prefix of a portfolio's journal. */
export function journalPrefix(portfolio: string): string {
  return `trading.${portfolio}`;
}

/** The queue group of the workers that trade a base portfolio: each base portfolio gets every signal once. */
export function executionGroup(base: string): string {
  return `execution-${base}`;
}

/** The portfolio that trades a tape: the base portfolio on the live one, one of its own on each replay. */
export function portfolioFor(base: string, tape: string): string {
  return tape === 'live' ? base : `${base}-${tape}`;
}
