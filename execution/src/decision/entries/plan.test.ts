import { describe, expect, test } from 'vitest';
import { aLimit, anEntry, aShort, outcomeOf, priced } from '../../testing/decisions.ts';
import { holdingWith, nowMs, openedWith } from '../../testing/portfolios.ts';
import { decide, type DecisionContext } from '../decide.ts';
import type { PortfolioState } from '../state/portfolio.ts';

function orderFor(
  state: PortfolioState,
  signal = anEntry(),
  context: Partial<DecisionContext> = {},
): object {
  const drafts = decide(state, signal, { nowMs, mode: 'paper', prices: new Map(), ...context });
  const [order] = drafts;
  if (order?.type !== 'order_intended') throw new Error(`no order: ${JSON.stringify(drafts)}`);
  return order.data;
}

const ticks = { tickSize: '0.5', shorting: true };
const aStop = (stopPrice: string, entry: object = {}, data: object = {}) =>
  anEntry({ entry: { type: 'stop', stopPrice, ...entry }, ...data });

describe('an entry', () => {
  test.for<[string, ReturnType<typeof anEntry>, object]>([
    ['at the market', anEntry(), { orderType: 'market', size: { kind: 'quote' } }],
    [
      'at a limit waits until it is cancelled and never pays more than asked',
      aLimit('98.7'),
      { orderType: 'limit', limitPrice: '98.5', timeInForce: 'GTC', size: { kind: 'base' } },
    ],
    [
      'short at a limit never gets less than asked',
      aShort({ entry: { type: 'limit', limitPrice: '101.2' } }),
      { orderType: 'limit', limitPrice: '101.5' },
    ],
    [
      'at a stop starts no sooner than asked',
      aStop('101.2'),
      { orderType: 'stop', stopPrice: '101.5', timeInForce: 'GTC' },
    ],
    [
      'short at a stop starts no sooner than asked',
      aShort({ entry: { type: 'stop', stopPrice: '98.7' } }),
      { orderType: 'stop', stopPrice: '98.5' },
    ],
    [
      'at a stop with a limit',
      aStop('101', { limitPrice: '102.2', timeInForce: 'GTD' }),
      { orderType: 'stop_limit', stopPrice: '101', limitPrice: '102', timeInForce: 'GTD' },
    ],
    [
      'at the market with a worst price is a limit order that takes what it gets',
      anEntry({ entry: { type: 'market', maxSlippageBps: 70 } }),
      { orderType: 'limit', limitPrice: '100.5', timeInForce: 'IOC' },
    ],
    [
      'short at the market with a worst price, all or nothing',
      aShort({ entry: { type: 'market', maxSlippageBps: 70, timeInForce: 'FOK' } }),
      { orderType: 'limit', limitPrice: '99.5', timeInForce: 'FOK' },
    ],
    [
      'at a limit beyond its worst price stays within that',
      aLimit('102', { entry: { type: 'limit', limitPrice: '102', maxSlippageBps: 100 } }),
      { orderType: 'limit', limitPrice: '101' },
    ],
  ])('%s', ([, signal, order]) => {
    expect(orderFor(openedWith(ticks), signal)).toMatchObject(order);
  });

  test('at a stop beyond its worst price is refused', () => {
    const signal = aStop('102', { maxSlippageBps: 100 });
    expect(outcomeOf({ signal })).toBe('INVALID_PRICE');
  });
});

describe('protection', () => {
  const asked = {
    stopLoss: { price: '95.2' },
    takeProfits: [
      { price: '105.9', ratio: 0.25 },
      { price: '105.6', ratio: 0.25 },
      { price: '110', ratio: 0.5 },
    ],
    trailingStop: { distanceBps: 300 },
    timeStopMs: 60_000,
  };

  test('goes with the entry, rounded towards it; targets that fall together are one', () => {
    expect(orderFor(openedWith(ticks), anEntry(asked))).toMatchObject({
      protection: {
        stopLoss: { price: '95.5' },
        takeProfits: [
          { price: '105.5', ratio: 0.5 },
          { price: '110', ratio: 0.5 },
        ],
        trailingStop: { distanceBps: 300 },
        timeStopMs: 60_000,
      },
    });
    const short = aShort({
      stopLoss: { price: '104.8' },
      takeProfits: [{ price: '90.2', ratio: 1 }],
    });
    expect(orderFor(openedWith(ticks), short)).toMatchObject({
      protection: { stopLoss: { price: '104.5' }, takeProfits: [{ price: '90.5', ratio: 1 }] },
    });
    expect(orderFor(openedWith(ticks))).not.toHaveProperty('protection');
  });

  test.for<[string, object]>([
    ['a stop', { stopLoss: { price: '99.8' } }],
    ['a profit target', { takeProfits: [{ price: '100.3', ratio: 1 }] }],
    ['a trailing stop', { trailingStop: { distanceBps: 10_000 } }],
  ])('is never left out: %s that the rules do not allow refuses the entry', ([, data]) => {
    expect(outcomeOf({ state: openedWith(ticks), signal: anEntry(data) })).toBe('INVALID_PRICE');
  });
});

const stake = (kind: string, value?: string | number) => ({
  stake: { kind, ...(value !== undefined && { value }) },
});

describe('the size of an entry', () => {
  test.for<[string, object, object, object]>([
    [
      'quote currency',
      stake('quote', '100'),
      {},
      { kind: 'quote', notional: '100', includesFee: false },
    ],
    [
      'all free cash, fee included',
      stake('all'),
      {},
      { kind: 'quote', notional: '1000', includesFee: true },
    ],
    ['base units, by the lot', stake('base', '2.00099'), {}, { kind: 'base', quantity: '2' }],
    [
      'a part of equity, fee included',
      stake('equityRatio', 0.25),
      {},
      { kind: 'quote', notional: '250', includesFee: true },
    ],
    [
      // 1 % of 1000 over (100 - 95 + 0.1 + 0.095) a unit.
      'what loses a part of equity at its stop, fees included',
      stake('riskRatio', 0.01),
      { stopLoss: { price: '95' } },
      { kind: 'base', quantity: '1.924' },
    ],
    [
      // Its stop starts 5 % below the entry.
      'what loses a part of equity at its trailing stop',
      stake('riskRatio', 0.01),
      { trailingStop: { distanceBps: 500 } },
      { kind: 'base', quantity: '1.924' },
    ],
    [
      'the stake where signals have no say',
      stake('base', '1'),
      { size: { kind: 'base', value: '3' } },
      { kind: 'base', quantity: '1' },
    ],
    [
      'what the signal suggests where it may',
      { ...stake('base', '1'), signalSize: true },
      { size: { kind: 'base', value: '3' } },
      { kind: 'base', quantity: '3' },
    ],
    [
      'the stake where the signal suggests nothing',
      { ...stake('base', '1'), signalSize: true },
      {},
      { kind: 'base', quantity: '1' },
    ],
  ])('is %s', ([, settings, data, size]) => {
    expect(orderFor(openedWith(settings), anEntry(data))).toMatchObject({ size });
  });

  test('loses no more at the stop of a short position', () => {
    const state = openedWith({ ...stake('riskRatio', 0.01), shorting: true, leverage: 2 });
    // 10 over (105 - 100 + 0.1 + 0.105) a unit.
    expect(orderFor(state, aShort({ stopLoss: { price: '105' } }))).toMatchObject({
      size: { kind: 'base', quantity: '1.921' },
    });
  });

  test('counts equity at the last prices', () => {
    const state = holdingWith({ ...stake('equityRatio', 0.1) });
    expect(orderFor(state, anEntry({ intent: 'increase' }), priced(200))).toMatchObject({
      size: { kind: 'quote', notional: '110' },
    });
  });

  test('is in base units at a venue, at the slipped reference price', () => {
    const state = openedWith({ slippageBps: '100' }, { mode: 'live' });
    const order = orderFor(state, anEntry({ mode: 'live' }), { mode: 'live' });
    // 100 / 101, by the lot.
    expect(order).toMatchObject({ orderType: 'market', size: { kind: 'base', quantity: '0.99' } });
  });

  test('of all there is with a margin account is what its equity at cost leaves', () => {
    const state = holdingWith({ ...stake('all'), leverage: 3 });
    expect(orderFor(state, anEntry({ symbol: 'ETH/USDT' }))).toMatchObject({
      size: { kind: 'quote', notional: '900', includesFee: true },
    });
  });

  test('counts half of the spread that a paper exchange has, and none at a venue', () => {
    const paper = { slippage: { kind: 'spread', spreadBps: '200' } };
    const settings = { ...stake('riskRatio', 0.01), feeBps: '0', slippageBps: '100', paper };
    const atStop = { stopLoss: { price: '95' } };
    // In at 102.01, out at 93.0905: 10 over 8.9195 a unit.
    expect(orderFor(openedWith(settings), anEntry(atStop))).toMatchObject({
      size: { quantity: '1.121' },
    });
    // In at 101, out at 94.05.
    const live = openedWith(settings, { mode: 'live' });
    expect(orderFor(live, anEntry({ ...atStop, mode: 'live' }), { mode: 'live' })).toMatchObject({
      size: { quantity: '1.438' },
    });
    const before = { ...openedWith(settings), decisionsVersion: 6 };
    expect(orderFor(before, anEntry(atStop))).toMatchObject({ size: { quantity: '1.438' } });
  });

  test.for([
    ['all there is', stake('all')],
    ['all of its equity', stake('equityRatio', 1)],
  ] as const)('of %s, turned around, is what closing leaves of it', ([, all]) => {
    const settings = { ...all, shorting: true, slippageBps: '100' };
    const short = aShort({ intent: 'reverse' });
    // 1 closes at 99 for a fee of 0.101, which leaves 998.899, at 101 and the fee.
    expect(orderFor(holdingWith(settings), short)).toMatchObject({
      intent: 'reverse',
      size: { kind: 'base', quantity: '10.88' },
    });
    const before = { ...holdingWith(settings), decisionsVersion: 6 };
    expect(orderFor(before, short), 'by the rules until then').toMatchObject({ reduceOnly: true });
  });

  test.for<[string, object, object]>([
    [
      'nothing of the equity',
      { ...stake('quote', '1'), signalSize: true },
      { size: { kind: 'equityRatio', value: 0 } },
    ],
    [
      'no risk at all',
      { ...stake('quote', '1'), signalSize: true },
      { size: { kind: 'riskRatio', value: 0 }, stopLoss: { price: '95' } },
    ],
    [
      'a risk of less than one lot',
      { ...stake('riskRatio', 0.000001) },
      { stopLoss: { price: '95' } },
    ],
  ])('is refused when it is %s', ([, settings, data]) => {
    expect(outcomeOf({ state: openedWith(settings), signal: anEntry(data) })).toBe('BELOW_MINIMUM');
  });
});
