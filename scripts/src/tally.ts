import { Big, toMs, type Decimal, type SymbolName } from '@heliograph/contracts';
import { createDecisionsHash, type Draft } from '@heliograph/execution';

/** A trade as it is printed: times in epoch ms, prices and money as decimal text. */
export interface Trade {
  readonly strategy: string;
  readonly symbol: SymbolName;
  readonly side: 'long' | 'short';
  readonly entryTime: number;
  readonly entryPrice: string;
  readonly exitTime: number;
  readonly exitPrice: string;
  readonly quantity: string;
  readonly fees: string;
  readonly pnl: string;
  readonly returnRatio: number;
  readonly exitReason: string;
}

/** What is held at the end of the tape, marked at the last close; the fee of its entry is in `unrealisedPnl`. */
export interface OpenPosition {
  readonly symbol: SymbolName;
  readonly side: 'long' | 'short';
  readonly entryTime: number;
  readonly entryPrice: string;
  readonly quantity: string;
  readonly markPrice: string;
  readonly unrealisedPnl: string;
}

/** What may be traded at all has changed: a breaker has tripped, or a person has said so. */
export interface StateChange {
  /** Epoch ms. */
  readonly time: number;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  /** Who it was, or `breaker`. */
  readonly author: string;
}

/** What a portfolio's journal comes to, counted as it is read. */
export interface Tally {
  add(event: Draft): void;
  /** All that were intended, those that protect included. */
  readonly orders: number;
  /** Signals that became orders. */
  readonly executed: number;
  /** Signals that only took orders back. */
  readonly cancels: number;
  readonly fills: number;
  readonly trades: readonly Trade[];
  /** How many signals were skipped, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  readonly skippedCount: number;
  readonly stateChanges: readonly StateChange[];
  /** Of the closed trades. */
  readonly realisedPnl: Big;
  /** Once the tape has ended. */
  readonly marked: Marked | undefined;
  decisionsHash(): string;
}

type Marked = Pick<DataOf<'portfolio_marked'>, 'candles'> & {
  readonly equity: Decimal;
  readonly openPositions: readonly OpenPosition[];
};
type DataOf<T extends Draft['type']> = Extract<Draft, { type: T }>['data'];
type Held = DataOf<'position_changed'> & { readonly entryTime: number };

export function createTally(): Tally {
  const hash = createDecisionsHash();
  const held = new Map<string, Held>();
  const trades: Trade[] = [];
  const stateChanges: StateChange[] = [];
  const skipped: Record<string, number> = {};
  let skippedCount = 0;
  let orders = 0;
  let executed = 0;
  let lastExecuted: string | undefined;
  /** Ids of the signals that have taken orders back, and made none. */
  const cancelling = new Set<string>();
  let fills = 0;
  let realisedPnl = new Big('0');
  let marked: Marked | undefined;

  const hold = (data: DataOf<'position_changed'>, timeMs: number): void => {
    const key = `${data.venue} ${data.symbol}`;
    if (data.side === 'flat') held.delete(key);
    else held.set(key, { ...data, entryTime: entryTimeOf(held.get(key), data.side) ?? timeMs });
  };
  /** A signal may make several orders: one that was lost is made again, and a reversal leaves before it enters. */
  const count = ({ role, attempt = 1, signalId }: DataOf<'order_intended'>): void => {
    orders++;
    const protects = role !== undefined && role !== 'entry' && role !== 'exit';
    if (protects || attempt > 1 || signalId === lastExecuted) return;
    cancelling.delete(signalId);
    lastExecuted = signalId;
    executed++;
  };
  const markedBy = ({ candles, equity, positions }: DataOf<'portfolio_marked'>): Marked => ({
    candles,
    equity,
    openPositions: positions.flatMap(({ venue, symbol, price }) => {
      const position = held.get(`${venue} ${symbol}`);
      return position ? [openPosition(position, price)] : [];
    }),
  });

  return {
    add(event) {
      hash.add(event);
      switch (event.type) {
        case 'signal_skipped':
          skipped[event.data.reason] = (skipped[event.data.reason] ?? 0) + 1;
          skippedCount++;
          break;
        case 'order_intended':
          count(event.data);
          break;
        case 'order_cancel_intended':
          if (event.data.signalId !== undefined && event.data.signalId !== lastExecuted)
            cancelling.add(event.data.signalId);
          break;
        case 'order_filled':
          fills++;
          break;
        case 'position_changed':
          hold(event.data, event.timeMs);
          break;
        case 'trade_closed':
          trades.push(tradeOf(event.data));
          realisedPnl = realisedPnl.plus(event.data.pnl);
          break;
        case 'trading_state_changed': {
          const { from, to, reason, author } = event.data;
          stateChanges.push({ time: event.timeMs, from, to, reason, author });
          break;
        }
        case 'portfolio_marked':
          marked = markedBy(event.data);
          break;
        default:
          break;
      }
    },
    get orders() {
      return orders;
    },
    get executed() {
      return executed;
    },
    get cancels() {
      return cancelling.size;
    },
    get fills() {
      return fills;
    },
    trades,
    skipped,
    get skippedCount() {
      return skippedCount;
    },
    stateChanges,
    get realisedPnl() {
      return realisedPnl;
    },
    get marked() {
      return marked;
    },
    decisionsHash: () => hash.digest(),
  };
}

/** A position that has turned round is another one. */
function entryTimeOf(before: Held | undefined, side: Held['side']): number | undefined {
  return before?.side === side ? before.entryTime : undefined;
}

function tradeOf(data: DataOf<'trade_closed'>): Trade {
  const { strategy, symbol, side, entryPrice, exitPrice, quantity } = data;
  const { fees, pnl, returnRatio, exitReason } = data;
  return {
    strategy,
    symbol,
    side,
    entryTime: toMs(data.entryTime),
    entryPrice,
    exitTime: toMs(data.exitTime),
    exitPrice,
    quantity,
    fees,
    pnl,
    returnRatio,
    exitReason,
  };
}

function openPosition(position: Held, markPrice: string): OpenPosition {
  const { symbol, side, entryTime, averageEntryPrice, quantity, realisedPnl } = position;
  const move = new Big(markPrice).minus(averageEntryPrice);
  const gain = new Big(quantity).times(side === 'short' ? move.times('-1') : move);
  return {
    symbol,
    side: side === 'short' ? 'short' : 'long',
    entryTime,
    entryPrice: averageEntryPrice,
    quantity,
    markPrice,
    unrealisedPnl: gain.plus(realisedPnl).toFixed(),
  };
}
