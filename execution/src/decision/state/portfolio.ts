import {
  Big,
  earliestMs,
  type EventId,
  type IncidentKind,
  type InstrumentRules,
  type OrderId,
  type PortfolioSettings,
  type SymbolName,
  type TradingState,
  type Venue,
} from '@heliograph/contracts';
import type { DraftOf } from './draft.ts';
import type { Order } from './order.ts';
import { instrumentKey } from '../../instrument-key.ts';
import { averageEntryPrice, worth, type Position } from './position.ts';

/** What differs at the venue, and since when a comparison has found just that; epoch ms, when it was asked for. */
export interface Dispute {
  readonly found: string;
  readonly sinceMs: number;
}

/** Everything that a portfolio's journal says, folded. Plain data, so that it can be written down and read back. */
export interface Portfolio {
  readonly name: string;
  readonly opened?: DraftOf<'portfolio_opened'>['data'];
  /** Epoch ms; 0 before that. */
  readonly openedMs: number;
  /** Quote currency, reservations included. */
  readonly cash: Big;
  /** By venue and symbol; only those that are not flat. */
  readonly positions: ReadonlyMap<string, Position>;
  /** By the signal that opened the position: how its protective orders have fared; of closed ones how many there were. */
  readonly legs: ReadonlyMap<EventId, Legs>;
  /** Open ones, in the order in which they were intended. */
  readonly orders: ReadonlyMap<OrderId, Order>;
  readonly endedOrders: ReadonlyMap<OrderId, Order>;
  /** Open orders at the venue that are not from here. */
  readonly foreignOrders: ReadonlyMap<OrderId, DraftOf<'order_adopted'>['data']>;
  /** The signals that were decided lately, and when they were made; epoch ms. */
  readonly decided: ReadonlyMap<EventId, number>;
  /** A signal that was made at or before it may have been decided and forgotten; epoch ms, before all times at first. */
  readonly forgottenMs: number;
  /** Signals whose order never reached the venue: they may have another one. By the number of orders so far. */
  readonly unsent: ReadonlyMap<EventId, number>;
  /** What its orders are paid in: set by the first of them. */
  readonly currency?: string;
  /** When the newest decided signal was made, by strategy, venue and symbol; epoch ms. */
  readonly newest: ReadonlyMap<string, number>;
  readonly tradingState: StateOfTrading;
  readonly valuation: Valuation;
  /** Trades in a row that have lost. */
  readonly losingStreak: number;
  /** When each instrument last lost; epoch ms. */
  readonly lastLoss: ReadonlyMap<string, number>;
  /** When the entries of the last minute were intended; epoch ms, oldest first. */
  readonly entryTimes: readonly number[];
  /** Of the last fill; epoch ms. */
  readonly lastFillMs: number;
  /** Of the last fill of each instrument; epoch ms. */
  readonly filledMs: ReadonlyMap<string, number>;
  /** How far the tape had come that filled what was filled last, in MARKET; 0 where that is not known. */
  readonly filledSequence: number;
  /** The venue's rules, where it has told them. */
  readonly instruments: ReadonlyMap<string, ListedInstrument>;
  /** Instruments about which the venue and the journal disagree. */
  readonly disputed: ReadonlyMap<string, Dispute>;
  /** Signals that came too late since the last outage was reported. */
  readonly missed: Missed;
  /** Of the rules by which it is decided. */
  readonly decisionsVersion: number;
  /** How much of MARKET whoever decided last had seen. */
  readonly marketSequence: number;
  /** When a person was last told of each kind of trouble; epoch ms. */
  readonly incidents: ReadonlyMap<IncidentKind, number>;
  /** When a person was last told of each instrument that prices are missing by which its held orders are triggered; epoch ms. */
  readonly unpriced: ReadonlyMap<string, number>;
  /** Orders with ids like ours that the venue told of and nobody here knows: a person has been told. */
  readonly strangers: ReadonlySet<OrderId>;
  /** The last comparison with the venue: when, and what was found. */
  readonly reconciled?: { readonly timeMs: number; readonly found: string };
  /** Its tape has ended: what still waited was taken back, and nothing new begins. */
  readonly hasEnded: boolean;
  /** Its tape has ended and its account was drawn up. */
  readonly marked: boolean;
}

interface StateOfTrading {
  readonly state: TradingState;
  readonly reason: string;
  readonly author: string;
  readonly sinceMs: number;
  /** The last entry of the bucket that was followed. */
  readonly revision: number;
}

/** What it was worth when that was last written down; quote currency, epoch ms. */
export interface Valuation {
  readonly timeMs: number;
  /** How much of MARKET had been seen. */
  readonly marketSequence: number;
  /** The last prices of what was held. */
  readonly prices: Prices;
  readonly peakEquity: Big;
  readonly dayStartEquity: Big;
  readonly dayStartMs: number;
}

/** After so many of its orders were lost, a stop is given up and the position is closed. */
export const maxFailures = 3;

/** How the orders of one protective exit have fared, by leg. */
type Legs = ReadonlyMap<string, Leg>;
export interface Leg {
  /** How many there have been. */
  readonly orders: number;
  readonly filled: Big;
  /** How many of them ended by themselves without doing their work. */
  readonly failures: number;
  /** When the venue refused the last of them; epoch ms. */
  readonly refusedMs?: number;
  /** One that ended so had been triggered: the price was there. */
  readonly isTriggered?: boolean;
  /** A person was told that nothing more is tried. */
  readonly isGivenUp?: boolean;
  /** And that the venue has nothing of it. */
  readonly isAtRest?: boolean;
}

interface ListedInstrument {
  readonly status: 'trading' | 'halted' | 'delisted';
  readonly rules: InstrumentRules;
}

export interface Missed {
  readonly skipped: number;
  readonly lateExits: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** The same as its owner folds it. */
export type PortfolioState = {
  -readonly [K in keyof Portfolio]: Portfolio[K] extends ReadonlyMap<infer Key, infer Value>
    ? Map<Key, Value>
    : Portfolio[K] extends ReadonlySet<infer Value>
      ? Set<Value>
      : Portfolio[K];
};

const zero = new Big('0');
export const nothingMissed: Missed = { skipped: 0, lateExits: 0, firstMs: 0, lastMs: 0 };
export const neverValued: Valuation = {
  timeMs: 0,
  marketSequence: 0,
  prices: new Map(),
  peakEquity: zero,
  dayStartEquity: zero,
  dayStartMs: 0,
};

export function emptyPortfolio(name: string): PortfolioState {
  return {
    name,
    openedMs: 0,
    cash: zero,
    positions: new Map(),
    legs: new Map(),
    orders: new Map(),
    endedOrders: new Map(),
    foreignOrders: new Map(),
    decided: new Map(),
    forgottenMs: earliestMs,
    unsent: new Map(),
    newest: new Map(),
    tradingState: { state: 'ACTIVE', reason: '', author: '', sinceMs: 0, revision: 0 },
    valuation: neverValued,
    losingStreak: 0,
    lastLoss: new Map(),
    entryTimes: [],
    lastFillMs: earliestMs,
    filledMs: new Map(),
    filledSequence: 0,
    instruments: new Map(),
    disputed: new Map(),
    missed: nothingMissed,
    incidents: new Map(),
    unpriced: new Map(),
    strangers: new Set(),
    decisionsVersion: 1,
    marketSequence: 0,
    hasEnded: false,
    marked: false,
  };
}

export function lineageKey(signal: { strategy: string; venue: Venue; symbol: SymbolName }): string {
  return `${signal.strategy}|${instrumentKey(signal)}`;
}

/** The currency that a symbol is paid in; a bare symbol such as `SPY` counts as paid in USD. */
export function currencyOf(symbol: string): string {
  return symbol.split('/')[1]?.split(':')[0] ?? 'USD';
}

/** What is bought and sold: one balance, in whatever it is paid. */
export function assetOf({ symbol = '' }: { symbol?: string | undefined }): string {
  return symbol.split('/')[0] ?? symbol;
}

/** The settings; a portfolio that was never opened has none. */
export function settingsOf(portfolio: Portfolio): PortfolioSettings {
  if (!portfolio.opened) throw new Error(`portfolio ${portfolio.name} is not open`);
  return portfolio.opened.settings;
}

/** The rules of an instrument: what the venue has told, else what the settings say. */
export function rulesOf(
  portfolio: Portfolio,
  instrument: { venue: Venue; symbol: SymbolName },
): InstrumentRules & { lotSize: string } {
  const { lotSize, tickSize, instruments } = settingsOf(portfolio);
  const own =
    portfolio.instruments.get(instrumentKey(instrument))?.rules ?? instruments?.[instrument.symbol];
  return { ...(tickSize !== undefined && { tickSize }), ...own, lotSize: own?.lotSize ?? lotSize };
}

/** The version of the rules; before, the spread of a paper exchange was none of what an entry is sized by. */
const spreadSince = 7;

/** How much worse than the market an order may be filled, basis points: slippage, and on a paper exchange half of its spread. */
export function worseByBps(portfolio: Portfolio): string {
  const { slippageBps, paper } = settingsOf(portfolio);
  const { opened, decisionsVersion } = portfolio;
  const slippage = paper?.slippage;
  if (opened?.mode === 'live' || slippage?.kind !== 'spread' || decisionsVersion < spreadSince)
    return slippageBps;
  const half = new Big(slippage.spreadBps).div('2');
  // One after the other: a little more for what is bought, and no less for what is sold.
  return half.times(slippageBps).div('10000').plus(half).plus(slippageBps).toFixed();
}

/** Quote currency that open entries hold back. */
export function reservedCash({ orders }: Pick<Portfolio, 'orders'>): Big {
  let reserved = zero;
  for (const order of orders.values()) reserved = reserved.plus(order.reserved);
  return reserved;
}

/** Cash that no open order holds back. */
export function freeCash(portfolio: Portfolio): Big {
  return portfolio.cash.minus(reservedCash(portfolio));
}

/** The last price of each instrument on the tape, by venue and symbol. */
export type Prices = ReadonlyMap<string, LastPrice>;
export interface LastPrice {
  readonly price: number;
  /** Epoch ms. */
  readonly timeMs: number;
}

/** What a position is worth a base unit: the last price, or what it cost where none is known. */
export function priceOf(position: Position, prices: Prices): Big {
  const last = prices.get(instrumentKey(position));
  return last ? new Big(String(last.price)) : averageEntryPrice(position);
}

/** Cash and what the positions are worth; quote currency. */
export function equityOf(
  { cash, positions }: Pick<Portfolio, 'cash' | 'positions'>,
  prices: Prices,
): Big {
  let equity = cash;
  for (const position of positions.values())
    equity = equity.plus(worth(position, priceOf(position, prices)));
  return equity;
}

/** What the positions are worth, longs and shorts added; quote currency. */
export function exposureOf({ positions }: Pick<Portfolio, 'positions'>, prices: Prices): Big {
  let exposure = zero;
  for (const position of positions.values())
    exposure = exposure.plus(position.quantity.times(priceOf(position, prices)));
  return exposure;
}
