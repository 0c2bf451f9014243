import { Big, Decimal } from '@heliograph/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareRuns } from './compare-runs.ts';
import type { Outcome, RecordedTrade, RunRecord } from './run-record.ts';

function trade(entrySignalId: string, pnl: string, change: Partial<RecordedTrade> = {}) {
  return {
    entrySignalId,
    symbol: 'BTC/USDT',
    side: 'long',
    quantity: '1',
    entryTime: 1_000,
    entryPrice: '100',
    exitTime: 2_000,
    exitPrice: '110',
    fees: '0.2',
    pnl: Decimal.parse(pnl),
    exitReason: 'signal',
    ...change,
  } as const satisfies RecordedTrade;
}

function record(
  trades: readonly RecordedTrade[],
  outcomes: Readonly<Record<string, string>> = {},
  finalEquity?: string,
): RunRecord {
  const entries = Object.entries(outcomes).map(([signalId, became]): [string, Outcome] => [
    signalId,
    {
      signalId,
      timeMs: 1_000,
      symbol: 'BTC/USDT',
      intent: 'enter',
      side: 'buy',
      became,
      ...(became !== 'order' && { detail: `because of ${became}` }),
    },
  ]);
  const realised = trades.reduce((sum, { pnl }) => sum.plus(pnl), new Big('0'));
  return {
    outcomes: new Map(entries),
    trades,
    realisedPnl: Decimal.parse(realised.toFixed()),
    finalEquity: finalEquity === undefined ? undefined : Decimal.parse(finalEquity),
  };
}

describe('two runs', () => {
  test('that are equal differ in nothing', () => {
    const run = record([trade('a', '5'), trade('b', '-2')], { a: 'order', b: 'order' }, '1003');
    expect(compareRuns(run, run)).toMatchObject({
      signals: { same: 2, changed: [], onlyFirst: 0, onlySecond: 0 },
      trades: { same: 2, changed: [], onlyFirst: [], onlySecond: [] },
      pnl: { first: '3', second: '3', difference: '0' },
      finalEquity: { difference: '0' },
    });
  });

  test('differ by the trades that one of them missed, for the reason that it gives', () => {
    const first = record([trade('a', '5'), trade('b', '-2')], { a: 'order', b: 'order' });
    const second = record([trade('a', '5')], { a: 'order', b: 'MAX_POSITIONS' });
    expect(compareRuns(first, second)).toMatchObject({
      signals: {
        same: 1,
        changed: [{ signalId: 'b', first: 'order', second: 'MAX_POSITIONS' }],
      },
      trades: {
        same: 1,
        onlyFirst: [{ trade: { entrySignalId: 'b' }, instead: 'MAX_POSITIONS' }],
        onlySecond: [],
      },
      pnl: { difference: '2', byMissing: '2', byAdditional: '0', byChanged: '0' },
      finalEquity: undefined,
    });
    expect(compareRuns(second, first).trades.onlySecond).toMatchObject([
      { instead: 'MAX_POSITIONS' },
    ]);
  });

  test('differ in the facts of the trades of one signal', () => {
    const first = record([trade('a', '5')]);
    const second = record([trade('a', '2', { quantity: '0.5', fees: '0.1' })]);
    const { trades, pnl } = compareRuns(first, second);
    expect(trades.changed.map(({ fields }) => fields)).toEqual([['quantity', 'fees', 'pnl']]);
    expect(pnl).toMatchObject({ difference: '-3', byChanged: '-3' });
  });

  test('may each have decided signals that the other never saw', () => {
    const { signals } = compareRuns(
      record([], { a: 'order', b: 'order' }),
      record([], { b: 'order', c: 'EXPIRED', d: 'order' }),
    );
    expect(signals).toMatchObject({ same: 1, changed: [], onlyFirst: 1, onlySecond: 2 });
  });

  test('differ by parts that add up to the last digit', () => {
    const trades = fc.array(
      fc
        .record({
          id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
          cents: fc.integer({ min: -1_000_000, max: 1_000_000 }),
        })
        .map(({ id, cents }) => trade(id, new Big(String(cents)).div('1000').toFixed())),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(trades, trades, (one, other) => {
        const comparison = compareRuns(record(one), record(other));
        const { difference, byChanged, byMissing, byAdditional } = comparison.pnl;
        const parts = new Big(byChanged).plus(byMissing).plus(byAdditional);
        expect(parts.toFixed()).toBe(new Big(difference).toFixed());
        const { same, changed, onlyFirst, onlySecond } = comparison.trades;
        expect(same + changed.length + onlyFirst.length).toBe(one.length);
        expect(same + changed.length + onlySecond.length).toBe(other.length);
      }),
    );
  });
});
