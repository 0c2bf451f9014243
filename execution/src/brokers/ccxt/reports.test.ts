import { Big } from '@heliograph/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anOrder } from '../../testing/ccxt-on-double.ts';
import { FoundOrder, VenueMarket, VenueTrade } from './answers.ts';
import type { RateOf } from './fee-rates.ts';
import { rulesOf } from './market-rules.ts';
import { reportsFrom } from './reports.ts';

const market = {
  id: 'BTCUSDT',
  symbol: 'BTC/USDT',
  base: 'BTC',
  quote: 'USDT',
  precision: { amount: '0.00001', price: '0.01' },
  limits: {},
};
const spot = rulesOf(VenueMarket.parse(market), 4);
const orderId = anOrder().id;
const bought = FoundOrder.parse({ id: '7', symbol: 'BTC/USDT', side: 'buy', timestamp: 1_000_000 });

function tell(
  order: Partial<FoundOrder>,
  trades: readonly VenueTrade[],
  rateOf: RateOf = () => undefined,
  rules = spot,
) {
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const found = { ...bought, ...order };
  const cancelled = undefined;
  return {
    ...reportsFrom({ orderId, order: found, trades, rules, cancelled, rateOf, warn }),
    warnings,
  };
}

/** Trades with ids that grow with time, several in a millisecond. */
const trades = fc
  .array(fc.record({ afterMs: fc.nat({ max: 3 }), lots: fc.integer({ min: 1, max: 1_000 }) }), {
    minLength: 1,
    maxLength: 20,
  })
  .map((steps) => {
    let timestamp = 1_000_000;
    return steps.map(({ afterMs, lots }, index) => {
      timestamp += afterMs;
      const amount = new Big(String(lots)).times('0.00001').toFixed();
      return VenueTrade.parse({ id: String(995 + index), timestamp, price: '50000', amount });
    });
  });

const sumOf = (parts: readonly VenueTrade[]): string =>
  parts.reduce((sum, { amount }) => sum.plus(amount), new Big('0')).toFixed();

describe('the reports of an order', () => {
  test('are the same in whatever order its trades come, and in the order of the venue', () => {
    fc.assert(
      fc.property(
        trades.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        ([all, shuffled]) => {
          const filled = sumOf(all);
          const { reports, ended } = tell({ amount: filled, filled, status: 'closed' }, shuffled);
          expect(ended).toBe(true);
          expect(reports).toEqual(tell({ amount: filled, filled, status: 'closed' }, all).reports);
          const fills = reports.filter((report) => report.type === 'filled');
          expect(fills.map(({ fillId }) => fillId)).toEqual(all.map(({ id }) => id));
          expect(fills.map(({ complete }) => complete)).toEqual(
            all.map((_, at) => at === all.length - 1),
          );
          for (const [at, report] of reports.entries())
            expect(report.sequence).toBeGreaterThan(reports[at - 1]?.sequence ?? 0);
        },
      ),
    );
  });

  test('tell a fill the same way whenever it is told', () => {
    fc.assert(
      fc.property(trades, fc.nat(), (all, cut) => {
        const seen = all.slice(0, cut % (all.length + 1));
        const amount = sumOf(all);
        const early = tell({ amount, filled: sumOf(seen), status: 'open' }, seen);
        const late = tell({ amount, filled: amount, status: 'closed' }, all);
        expect(late.reports.slice(0, early.reports.length)).toEqual(early.reports);
      }),
    );
  });

  test('have no end while trades are missing that the venue speaks of', () => {
    fc.assert(
      fc.property(trades, (all) => {
        const amount = sumOf(all);
        const { reports, ended } = tell(
          { amount, filled: amount, status: 'canceled' },
          all.slice(1),
        );
        expect(ended).toBe(false);
        expect(reports.every((report) => report.type !== 'filled' || !report.complete)).toBe(true);
      }),
    );
  });

  test.each([
    ['canceled', {}, 'cancelled', 'CANCEL_REQUESTED'],
    ['canceled', { timeInForce: 'GTC', type: 'limit' }, 'cancelled', 'CANCEL_REQUESTED'],
    ['canceled', { timeInForce: 'IOC' }, 'cancelled', 'TIME_IN_FORCE'],
    ['closed', { timeInForce: 'FOK' }, 'cancelled', 'TIME_IN_FORCE'],
    ['closed', { type: 'market' }, 'cancelled', 'TIME_IN_FORCE'],
    ['closed', {}, 'cancelled', 'VENUE_REJECTED'],
    ['expired', {}, 'cancelled', 'TIME_IN_FORCE'],
    ['rejected', { timeInForce: 'IOC' }, 'rejected', 'VENUE_REJECTED'],
  ])('end without a fill when it is %s, %o', (status, order, type, reason) => {
    const { reports, ended } = tell({ amount: '1', filled: '0', status, ...order }, []);
    expect(ended).toBe(true);
    expect(reports).toMatchObject([{ type: 'accepted' }, { type, reason }]);
  });

  test('have no end while the venue says closed and not how much of it', () => {
    const state = tell({ amount: '1', status: 'closed' }, []);
    expect(state.ended).toBe(false);
    expect(state.reports).toMatchObject([{ type: 'accepted' }]);
  });

  test('take a rebate for no fee, and say so', () => {
    const fee = { currency: 'USDT', cost: '-0.5' };
    const trade = { id: '1', timestamp: 1, price: '50000', amount: '0.1', fee };
    const { reports, warnings } = tell({ amount: '0.1' }, [VenueTrade.parse(trade)]);
    expect(reports[1]).toMatchObject({ quantity: '0.1', fee: '0' });
    expect(warnings).toEqual(['rebates are not counted']);
  });

  test('count what a fee rounded up has eaten whole as bought', () => {
    const dust = { id: '1', timestamp: 1, price: '50000', amount: '0.00000001' };
    const fee = { currency: 'BTC', cost: '0.00000001' };
    const rest = { id: '2', timestamp: 2, price: '50000', amount: '0.1' };
    const trades = [VenueTrade.parse({ ...dust, fee }), VenueTrade.parse(rest)];
    const { reports } = tell({ amount: '0.10000001' }, trades);
    expect(reports.slice(1)).toMatchObject([
      { quantity: '0.00000001', fee: '0', complete: false },
      { quantity: '0.1', complete: true },
    ]);
  });

  test('leave out a trade of nothing, and tell nothing where one cannot be booked', () => {
    const trade = { id: '1', timestamp: 1, price: '50000', amount: '0.1' };
    const nothing = { ...trade, id: '2', amount: '0.000' };
    const { reports } = tell(
      { amount: '0.1' },
      [trade, nothing].map((it) => VenueTrade.parse(it)),
    );
    expect(reports.slice(1)).toMatchObject([{ quantity: '0.1', complete: true }]);
    for (const wrong of [{ price: '0' }, { price: '-1' }, { amount: '-0.1' }])
      expect(() => tell({ amount: '0.1' }, [VenueTrade.parse({ ...trade, ...wrong })])).toThrow(
        'decimal number above 0',
      );
  });

  test('are plain decimals, however the venue writes its numbers', () => {
    const fee = { currency: 'USDT', cost: 1e-7 };
    const trade = { id: '1', timestamp: 1, price: 1e21, amount: '.0000001', fee };
    const { reports } = tell({ amount: '1E-7' }, [VenueTrade.parse(trade)]);
    expect(reports[1]).toMatchObject({
      quantity: '0.0000001',
      price: '1000000000000000000000',
      fee: '0.0000001',
      complete: true,
    });
  });

  test('count each fee by its currency', () => {
    const facts = { id: '1', timestamp: 1, price: '50000', amount: '0.1' };
    const fees = [
      { currency: 'BTC', cost: '0.0001' },
      { currency: 'USDT', cost: '2' },
      { currency: 'BNB', cost: '0.01' },
    ];
    const { reports, warnings } = tell({ amount: '0.1' }, [VenueTrade.parse({ ...facts, fees })]);
    expect(reports[1]).toMatchObject({ quantity: '0.0999', fee: '7' });
    expect(warnings).toEqual(['fees in BNB are not counted']);
    const sold = tell({ side: 'sell', amount: '0.1' }, [VenueTrade.parse({ ...facts, fees })]);
    expect(sold.reports[1]).toMatchObject({ quantity: '0.1001', fee: '7' });
    const known = tell({ amount: '0.1' }, [VenueTrade.parse({ ...facts, fees })], (currency) =>
      currency === 'BNB' ? new Big('600') : undefined,
    );
    expect(known.reports[1]).toMatchObject({ quantity: '0.0999', fee: '13' });
    expect(known.warnings).toEqual([]);
  });

  test('take nothing away from a contract whose fee is paid in what it is about', () => {
    const contract = rulesOf(
      VenueMarket.parse({ ...market, contract: true, contractSize: '1' }),
      4,
    );
    const fee = { currency: 'BTC', cost: '0.0001' };
    const trade = { id: '1', timestamp: 1, price: '50000', amount: '0.1', fee };
    const { reports, warnings } = tell(
      { amount: '0.1' },
      [VenueTrade.parse(trade)],
      undefined,
      contract,
    );
    expect(reports[1]).toMatchObject({ quantity: '0.1', fee: '5' });
    expect(warnings).toEqual([]);
  });
});
