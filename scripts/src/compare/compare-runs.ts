import { Big, toDecimal, type Decimal } from '@heliograph/contracts';
import type { Outcome, RecordedTrade, RunRecord } from './run-record.ts';

/** How the second of two runs on the same signals differs from the first, and why. */
export interface Comparison {
  readonly signals: {
    /** Decided the same way by both. */
    readonly same: number;
    readonly changed: readonly ChangedOutcome[];
    /** Decided by one of them only. */
    readonly onlyFirst: number;
    readonly onlySecond: number;
  };
  readonly trades: {
    /** Equal to the last digit. */
    readonly same: number;
    /** Opened by the same signal, and not equal. */
    readonly changed: readonly TradePair[];
    readonly onlyFirst: readonly MissingTrade[];
    readonly onlySecond: readonly MissingTrade[];
  };
  /** Of closed trades: second less first, in parts that add up. Quote currency. */
  readonly pnl: {
    readonly first: Decimal;
    readonly second: Decimal;
    readonly difference: Decimal;
    readonly byChanged: Decimal;
    readonly byMissing: Decimal;
    readonly byAdditional: Decimal;
  };
  /** Where both have ended: what is still held counts, and the cash at the start. Second less first. */
  readonly finalEquity:
    | { readonly first: Decimal; readonly second: Decimal; readonly difference: Decimal }
    | undefined;
}

export interface ChangedOutcome {
  readonly signalId: string;
  readonly timeMs: number;
  readonly symbol: string;
  readonly intent: string;
  readonly first: string;
  readonly second: string;
  /** Of whichever skipped it. */
  readonly detail: string | undefined;
}

interface TradePair {
  readonly first: RecordedTrade;
  readonly second: RecordedTrade;
  /** Which of its facts differ. */
  readonly fields: readonly string[];
}

/** A trade that one run made and the other did not. */
export interface MissingTrade {
  readonly trade: RecordedTrade;
  /** What became of its signal in the other run. */
  readonly instead: string;
}

const zero = new Big('0');

/** Trades are paired by the signal that opened them, in the order in which they were closed. */
export function compareRuns(first: RunRecord, second: RunRecord): Comparison {
  const waiting = Map.groupBy(second.trades, ({ entrySignalId }) => entrySignalId);
  const changed: TradePair[] = [];
  const onlyFirst: MissingTrade[] = [];
  let same = 0;
  for (const trade of first.trades) {
    const other = waiting.get(trade.entrySignalId)?.shift();
    if (!other) {
      onlyFirst.push({ trade, instead: becameOf(second, trade) });
      continue;
    }
    const fields = fieldsThatDiffer(trade, other);
    if (fields.length === 0) same++;
    else changed.push({ first: trade, second: other, fields });
  }
  const onlySecond = second.trades
    .filter((trade) => waiting.get(trade.entrySignalId)?.includes(trade))
    .map((trade) => ({ trade, instead: becameOf(first, trade) }));
  const missing = sum(onlyFirst.map(({ trade }) => trade.pnl));
  const additional = sum(onlySecond.map(({ trade }) => trade.pnl));
  const byChanged = sum(changed.map((pair) => pair.second.pnl)).minus(
    sum(changed.map((pair) => pair.first.pnl)),
  );
  return {
    signals: compareOutcomes(first, second),
    trades: { same, changed, onlyFirst, onlySecond },
    pnl: {
      first: first.realisedPnl,
      second: second.realisedPnl,
      difference: toDecimal(new Big(second.realisedPnl).minus(first.realisedPnl)),
      byChanged: toDecimal(byChanged),
      byMissing: toDecimal(zero.minus(missing)),
      byAdditional: toDecimal(additional),
    },
    finalEquity: compareEquity(first.finalEquity, second.finalEquity),
  };
}

function compareEquity(
  first: Decimal | undefined,
  second: Decimal | undefined,
): Comparison['finalEquity'] {
  if (first === undefined || second === undefined) return undefined;
  return { first, second, difference: toDecimal(new Big(second).minus(first)) };
}

function compareOutcomes(first: RunRecord, second: RunRecord): Comparison['signals'] {
  const changed: ChangedOutcome[] = [];
  let same = 0;
  let onlyFirst = 0;
  for (const [signalId, one] of first.outcomes) {
    const other = second.outcomes.get(signalId);
    if (!other) onlyFirst++;
    else if (one.became === other.became) same++;
    else changed.push(changedOutcome(one, other));
  }
  const onlySecond = [...second.outcomes.keys()].filter((id) => !first.outcomes.has(id)).length;
  return { same, changed, onlyFirst, onlySecond };
}

function changedOutcome(one: Outcome, other: Outcome): ChangedOutcome {
  const { signalId, timeMs, symbol, intent } = one;
  const detail = other.detail ?? one.detail;
  return { signalId, timeMs, symbol, intent, first: one.became, second: other.became, detail };
}

function becameOf({ outcomes }: RunRecord, { entrySignalId }: RecordedTrade): string {
  const outcome = outcomes.get(entrySignalId);
  if (!outcome) return 'not decided';
  return outcome.became === 'order' ? 'still open, or never filled' : outcome.became;
}

const compared = [
  'side',
  'quantity',
  'entryTime',
  'entryPrice',
  'exitTime',
  'exitPrice',
  'fees',
  'pnl',
  'exitReason',
] as const satisfies readonly (keyof RecordedTrade)[];

function fieldsThatDiffer(one: RecordedTrade, other: RecordedTrade): string[] {
  return compared.filter((field) => one[field] !== other[field]);
}

function sum(values: readonly Decimal[]): Big {
  return values.reduce((total, value) => total.plus(value), zero);
}
