import { Big, toDecimal, type Decimal } from '@heliograph/contracts';
import type { Draft } from '@heliograph/execution';

/** What a run made of a signal. */
export interface Outcome {
  readonly signalId: string;
  /** Of the decision; epoch ms. */
  readonly timeMs: number;
  readonly symbol: string;
  readonly intent: string;
  readonly side: 'buy' | 'sell';
  /** `order`, or the reason code of the skip. */
  readonly became: string;
  /** Of a skip, in words. */
  readonly detail?: string;
}

/** A closed trade; times are epoch ms, money and prices decimal text. */
export interface RecordedTrade {
  /** Of the signal that opened it. */
  readonly entrySignalId: string;
  readonly symbol: string;
  readonly side: 'long' | 'short';
  readonly quantity: string;
  readonly entryTime: number;
  readonly entryPrice: string;
  readonly exitTime: number;
  readonly exitPrice: string;
  readonly fees: string;
  readonly pnl: Decimal;
  readonly exitReason: string;
}

/** A run as far as it is compared with another one. */
export interface RunRecord {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly trades: readonly RecordedTrade[];
  readonly realisedPnl: Decimal;
  /** Cash and what is still held at the last closes, once the tape has ended. */
  readonly finalEquity: Decimal | undefined;
}

/** Gathers a run from the events of its journal, in their order. */
export function createRunRecord(): RunRecord & { add(event: Draft): void } {
  const outcomes = new Map<string, Outcome>();
  const trades: RecordedTrade[] = [];
  let realised = new Big('0');
  let finalEquity: Decimal | undefined;
  return {
    outcomes,
    trades,
    get realisedPnl() {
      return toDecimal(realised);
    },
    get finalEquity() {
      return finalEquity;
    },
    add({ type, timeMs, data }) {
      switch (type) {
        case 'signal_skipped': {
          const { signalId, symbol, intent, side, reason, detail } = data;
          outcomes.set(signalId, {
            signalId,
            timeMs,
            symbol,
            intent,
            side,
            became: reason,
            detail,
          });
          break;
        }
        case 'order_intended': {
          const { signalId, symbol, intent, side, role } = data;
          if (role === undefined && !outcomes.has(signalId))
            outcomes.set(signalId, { signalId, timeMs, symbol, intent, side, became: 'order' });
          break;
        }
        case 'trade_closed': {
          const { entryTime, exitTime, ...trade } = data;
          trades.push({
            ...trade,
            entryTime: Date.parse(entryTime),
            exitTime: Date.parse(exitTime),
          });
          realised = realised.plus(data.pnl);
          break;
        }
        case 'portfolio_marked':
          finalEquity = data.equity;
          break;
        default:
      }
    },
  };
}
