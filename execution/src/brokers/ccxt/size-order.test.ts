import { Big, PositiveDecimal } from '@heliograph/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anOrder } from '../../testing/ccxt-on-double.ts';
import { VenueMarket } from './answers.ts';
import { instrumentOf, rulesOf } from './market-rules.ts';
import { sizeOrder } from './size-order.ts';

const byDecimalPlaces = 2;
const bySignificantDigits = 3;
const byStep = 4;

const spot = VenueMarket.parse({
  id: 'BTCUSDT',
  symbol: 'BTC/USDT',
  base: 'BTC',
  quote: 'USDT',
  active: true,
  taker: '0.001',
  precision: { amount: '0.00001', price: '0.01' },
  limits: { amount: { min: '0.0001', max: undefined }, cost: { min: '5' } },
});
const swap = { ...spot, contract: true, linear: true, contractSize: '0.001' };
const contracts = {
  ...swap,
  precision: { amount: '1', price: '0.1' },
  limits: { amount: { min: '1', max: '500' }, cost: undefined, market: undefined },
};

function decimal(max: number) {
  return fc
    .tuple(fc.integer({ min: 1, max }), fc.integer({ min: 0, max: 8 }))
    .map(([units, places]) => new Big(String(units)).div(new Big('10').pow(places)));
}

describe('the size of an order', () => {
  test('never asks for more than was wanted, and never misses a whole lot of it', () => {
    fc.assert(
      fc.property(decimal(1e9), decimal(1e9), fc.boolean(), (notional, price, includesFee) => {
        const rules = rulesOf(VenueMarket.parse({ ...spot, limits: {} }), byStep);
        const perUnit = includesFee ? price.times('1.001') : price;
        fc.pre(notional.gte(perUnit.times('0.00001')));
        const size = {
          kind: 'quote',
          notional: PositiveDecimal.parse(notional.toFixed()),
          includesFee,
        } as const;
        const sized = sizeOrder({ ...anOrder(), size }, rules, price);
        if (sized.status === 'rejected') throw new Error(sized.detail);
        const cost = perUnit.times(sized.amount);
        expect(cost.lte(notional)).toBe(true);
        expect(cost.plus(perUnit.times('0.00001')).gt(notional)).toBe(true);
        expect(new Big(sized.amount).mod('0.00001').eq('0')).toBe(true);
      }),
    );
  });

  test('moves a price by less than a tick, a buy down and a sell up', () => {
    fc.assert(
      fc.property(decimal(1e9), fc.constantFrom('buy' as const, 'sell' as const), (price, side) => {
        const rules = rulesOf(spot, byStep);
        const limitPrice = price.plus('1');
        const order = anOrder({
          side,
          type: 'limit',
          limitPrice: limitPrice.toFixed(),
          quantity: '100',
        });
        const sized = sizeOrder(order, rules, undefined);
        if (sized.status === 'rejected') throw new Error(sized.detail);
        const moved = new Big(sized.limitPrice ?? '0').minus(limitPrice);
        expect(moved.abs().lt('0.01')).toBe(true);
        expect(side === 'buy' ? moved.lte('0') : moved.gte('0')).toBe(true);
      }),
    );
  });

  test('is a number of contracts where the venue counts in those', () => {
    const rules = rulesOf(contracts, byStep);
    expect(sizeOrder(anOrder({ quantity: '0.0129' }), rules, undefined)).toMatchObject({
      amount: '12',
    });
    expect(sizeOrder(anOrder({ quantity: '0.0009' }), rules, undefined)).toMatchObject({
      reason: 'BELOW_MINIMUM',
    });
  });

  test('is refused above the maximum, but not where it leaves a position', () => {
    const rules = rulesOf(contracts, byStep);
    const order = anOrder({ quantity: '0.501' });
    expect(sizeOrder(order, rules, undefined)).toMatchObject({ reason: 'ABOVE_MAXIMUM' });
    expect(sizeOrder({ ...order, reduceOnly: true }, rules, undefined)).toMatchObject({
      amount: '501',
    });
  });

  test('has prices of five digits where the venue counts those', () => {
    const rules = rulesOf({ ...spot, precision: { amount: '8', price: '5' } }, bySignificantDigits);
    const priced = (limitPrice: string, side: 'buy' | 'sell' = 'buy') =>
      sizeOrder(anOrder({ type: 'limit', limitPrice, side, quantity: '1000' }), rules, undefined);
    expect(priced('50123.9')).toMatchObject({ limitPrice: '50123' });
    expect(priced('50123.9', 'sell')).toMatchObject({ limitPrice: '50124' });
    expect(priced('0.0123456')).toMatchObject({ limitPrice: '0.012345' });
  });
});

const named = { venue: anOrder().venue, symbol: anOrder().symbol };

/** The largest quantity of an instrument of which the venue tells these, of any order and of one at the market. */
function maxOf(amount: string | undefined, market: string | undefined): string | undefined {
  const limits = { amount: { max: amount }, market: { max: market } };
  return instrumentOf(rulesOf(VenueMarket.parse({ ...spot, limits }), byStep), named).maxQuantity;
}

describe('an instrument', () => {
  test('has its steps and limits in base units', () => {
    expect(instrumentOf(rulesOf(contracts, byStep), named)).toEqual({
      ...named,
      status: 'trading',
      tickSize: '0.1',
      lotSize: '0.001',
      minQuantity: '0.001',
      maxQuantity: '0.5',
    });
    const places = { ...spot, precision: { amount: '3', price: '2' } };
    expect(instrumentOf(rulesOf(places, byDecimalPlaces), named)).toMatchObject({
      tickSize: '0.01',
      lotSize: '0.001',
    });
  });

  test('has the largest quantity that an order at the market may have, where that is less', () => {
    expect(maxOf('9000', '100')).toBe('100');
    expect(maxOf('9000', '10000')).toBe('9000');
    expect(maxOf(undefined, '100')).toBe('100');
    expect(maxOf('9000', '0'), 'a limit of 0 is none').toBe('9000');
    expect(maxOf('9000', undefined)).toBe('9000');
  });

  test('has no tick where the step grows with the price', () => {
    const digits = { ...spot, precision: { amount: '8', price: '5' } };
    const instrument = instrumentOf(rulesOf(digits, bySignificantDigits), named);
    expect(instrument).not.toHaveProperty('tickSize');
    expect(instrument.lotSize).toBe('0.00000001');
  });
});
