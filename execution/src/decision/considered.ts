import {
  Big,
  liveTape,
  toMs,
  type InstrumentRules,
  type Mode,
  type PortfolioSettings,
  type TradeSignal,
} from '@heliograph/contracts';
import type { Order } from './order.ts';
import { leavingQuantity, planEntry, type EntryPlan } from './plan.ts';
import { instrumentKey } from '../instrument-key.ts';
import {
  equityOf,
  rulesOf,
  settingsOf,
  type LastPrice,
  type Portfolio,
  type Prices,
} from './portfolio.ts';
import type { Position } from './position.ts';
import type { Refusal } from './refusal.ts';
import { manualStrategy } from './settle.ts';

/** What a decision knows beside the portfolio and the signal. */
export interface DecisionContext {
  /** Epoch ms, by the clock of the portfolio's tape. */
  readonly nowMs: number;
  readonly mode: Mode;
  readonly prices: Prices;
  /** The last message of MARKET that is known; on the live tape. */
  readonly marketSequence?: number;
  /** Whether it is known what may be traded at all. Default: true. */
  readonly isStateReadable?: boolean;
  /** How far the venue's clock is ahead of ours. */
  readonly clockOffsetMs?: number;
}

/** Entries make a position larger, or another one; exits make it smaller; cancels take entries back. */
export type Kind = 'entry' | 'exit' | 'cancel';

/** A signal as the checks see it. */
export interface Considered extends Required<
  Pick<DecisionContext, 'nowMs' | 'mode' | 'prices' | 'isStateReadable' | 'clockOffsetMs'>
> {
  readonly portfolio: Portfolio;
  readonly signal: TradeSignal;
  readonly kind: Kind;
  /** Epoch ms. */
  readonly signalMs: number;
  readonly expiryMs: number;
  readonly tape: string;
  /** Of the instrument; by venue and symbol. */
  readonly key: string;
  readonly settings: PortfolioSettings;
  readonly rules: InstrumentRules & { lotSize: string };
  readonly position: Position | undefined;
  readonly last: LastPrice | undefined;
  readonly referencePrice: Big;
  readonly isManual: boolean;
  /** Open orders of the instrument, protective ones included. */
  readonly orders: readonly Order[];
  /** The entries that it takes back. */
  readonly takenBack: readonly Order[];
  /** Cash and what the positions are worth at the last prices. */
  equity(): Big;
  /** The order that an entry would become, or why there is none. */
  plan(): EntryPlan | Refusal;
  /** What an exit leaves with; base units. */
  leaving(): Big;
}

const kinds = {
  enter: 'entry',
  increase: 'entry',
  reverse: 'entry',
  exit: 'exit',
  reduce: 'exit',
  cancel: 'cancel',
} as const;

export function consider(
  portfolio: Portfolio,
  signal: TradeSignal,
  { nowMs, mode, prices, isStateReadable = true, clockOffsetMs = 0 }: DecisionContext,
): Considered {
  const { data } = signal;
  const key = instrumentKey(data);
  const kind = kinds[data.intent];
  const isManual = data.strategy === manualStrategy;
  const orders = ordersOf(portfolio, key);
  let equity: Big | undefined;
  let plan: EntryPlan | Refusal | undefined;
  let leaving: Big | undefined;
  const considered: Considered = {
    portfolio,
    signal,
    nowMs,
    mode,
    prices,
    isStateReadable,
    clockOffsetMs,
    kind,
    signalMs: toMs(signal.time),
    expiryMs: toMs(signal.expirytime),
    tape: data.tape?.id ?? liveTape,
    key,
    settings: settingsOf(portfolio),
    rules: rulesOf(portfolio, data),
    position: portfolio.positions.get(key),
    last: prices.get(key),
    referencePrice: new Big(data.referencePrice.price),
    isManual,
    orders,
    takenBack: kind === 'entry' ? [] : takenBack(orders, signal, isManual),
    equity: () => (equity ??= equityOf(portfolio, prices)),
    plan: () => (plan ??= planEntry(considered)),
    leaving: () => (leaving ??= leavingQuantity(considered)),
  };
  return considered;
}

const none: readonly Order[] = [];

function ordersOf({ orders }: Portfolio, key: string): readonly Order[] {
  if (orders.size === 0) return none;
  return [...orders.values()].filter((order) => instrumentKey(order) === key);
}

/** A strategy takes its own entries back, a person everybody's. Who only makes a position smaller takes none. */
function takenBack(
  orders: readonly Order[],
  { data: { intent, strategy } }: TradeSignal,
  isManual: boolean,
): readonly Order[] {
  if (intent === 'reduce' || orders.length === 0) return none;
  return orders.filter(
    (order) =>
      order.role === 'entry' && !order.cancellation && (isManual || order.strategy === strategy),
  );
}
