import type {
  Big,
  InstrumentRules,
  Mode,
  PortfolioSettings,
  TradeSignal,
} from '@heliograph/contracts';
import type { Missing } from './venue/missing.ts';
import type { Order } from './state/order.ts';
import type { EntryPlan } from './entries/entry-plan.ts';
import type { LastPrice, Portfolio, Prices } from './state/portfolio.ts';
import type { Position } from './state/position.ts';
import type { Refusal } from './refusal.ts';

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
  /** Of what is to be written off: what the venue lacks of it. Default: nobody has asked. */
  readonly missing?: Missing;
}

/**
 * Entries make a position larger, or another one; exits make it smaller; cancels take entries back; a write-off takes out of
 * the books what the venue does not have.
 */
export type Kind = 'entry' | 'exit' | 'cancel' | 'write-off';

/** A signal as the checks see it. */
export interface Considered extends Required<
  Pick<
    DecisionContext,
    'nowMs' | 'mode' | 'prices' | 'isStateReadable' | 'clockOffsetMs' | 'missing'
  >
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
