import { Big, exactly, toMs, type TradeSignal } from '@heliograph/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyPortfolio, anyPrices, anySignal } from '../../testing/any.ts';
import { nowMs } from '../../testing/portfolios.ts';
import { decide } from '../decide.ts';
import type { DraftOf } from '../state/draft.ts';
import { instrumentKey } from '../../instrument-key.ts';
import type { Position } from '../state/position.ts';
import { rulesOf, settingsOf, type PortfolioState, type Prices } from '../state/portfolio.ts';

/** Whatever is decided, reckoned again from the outside. */

type Intended = DraftOf<'order_intended'>['data'];
interface Decided {
  readonly state: PortfolioState;
  readonly signal: TradeSignal;
  readonly prices: Prices;
  readonly order: Intended;
}

const zero = new Big('0');
const one = new Big('1');
const bps = new Big('0.0001');
const context = { nowMs, mode: 'paper' } as const;

/** Every order that comes of any signal in any portfolio; there must have been some. */
function eachOrder(check: (decided: Decided) => void, numRuns = 1_000): number {
  let orders = 0;
  fc.assert(
    fc.property(anyPortfolio, anySignal(), anyPrices, (state, signal, prices) => {
      const drafts = decide(state, signal, { ...context, prices });
      for (const { type, data } of drafts) {
        if (type !== 'order_intended') continue;
        orders++;
        check({ state, signal, prices, order: data });
      }
    }),
    { numRuns },
  );
  return orders;
}

function eachEntry(check: (entry: Entry) => void, numRuns?: number): number {
  let entries = 0;
  eachOrder((decided) => {
    if (decided.order.reduceOnly) return;
    entries++;
    check(entryOf(decided));
  }, numRuns);
  return entries;
}

interface Entry extends Decided {
  /** Base units and quote currency of what is entered, at the worst price. */
  readonly worst: Big;
  readonly entered: Big;
  readonly notional: Big;
  readonly closing: Big;
  readonly fees: Big;
}

function entryOf(decided: Decided): Entry {
  const { state, signal, order } = decided;
  const settings = settingsOf(state);
  const position = state.positions.get(instrumentKey(order));
  const closing =
    signal.data.intent === 'reverse' && position && position.side !== signal.data.targetPosition
      ? position.quantity
      : zero;
  const worst = worstPrice(decided);
  const whole = order.size.kind === 'base' ? new Big(order.size.quantity) : zero;
  const notional =
    order.size.kind === 'base' ? whole.minus(closing).times(worst) : new Big(order.size.notional);
  const fees =
    order.size.kind === 'quote' && order.size.includesFee
      ? zero
      : (order.size.kind === 'base' ? whole.times(worst) : notional)
          .times(settings.feeBps)
          .times(bps);
  return { ...decided, worst, closing, notional, fees, entered: whole.minus(closing) };
}

/** A buy's limit, or the highest of its prices with slippage and tick on top. */
function worstPrice({ state, order }: Decided): Big {
  if (order.side === 'buy' && order.limitPrice !== undefined) return new Big(order.limitPrice);
  const prices = [order.referencePrice, order.limitPrice, order.stopPrice].flatMap((price) =>
    price === undefined ? [] : [new Big(price)],
  );
  const highest = prices.reduce((most, price) => (price.gt(most) ? price : most));
  return moved(highest, 'buy', state, order);
}

/** What it is filled at if things go badly: its limit, or the further of its prices with slippage. */
function worstFill({ state, order }: Decided): Big {
  const { side, limitPrice, stopPrice, referencePrice } = order;
  if (limitPrice !== undefined) return new Big(limitPrice);
  const furthest = [referencePrice, stopPrice]
    .flatMap((price) => (price === undefined ? [] : [new Big(price)]))
    .reduce((worst, price) => ((side === 'buy') === price.gt(worst) ? price : worst));
  return moved(furthest, side, state, order);
}

function moved(price: Big, side: 'buy' | 'sell', state: PortfolioState, order: Intended): Big {
  const shift = new Big(settingsOf(state).slippageBps).times(bps);
  const shifted = price.times(side === 'buy' ? one.plus(shift) : one.minus(shift));
  const { tickSize } = rulesOf(state, order);
  if (tickSize === undefined) return shifted;
  const ticks = shifted.div(tickSize).round(0, side === 'buy' ? Big.roundUp : Big.roundDown);
  return ticks.times(tickSize);
}

function lastPrice(prices: Prices, key: string, otherwise: Big): Big {
  const last = prices.get(key);
  return last ? exactly(last.price) : otherwise;
}

/** What was paid for how much of what is held: by all that was entered, or since a part had left by what was there and came. */
function paidFor({ basis, enteredNotional, enteredQuantity }: Position) {
  return basis ?? { notional: enteredNotional, quantity: enteredQuantity };
}

function averagePrice(position: Position): Big {
  const { notional, quantity } = paidFor(position);
  return notional.div(quantity);
}

function cost(position: Position): Big {
  const { notional, quantity } = paidFor(position);
  return position.quantity.times(notional).div(quantity);
}

function equity({ state, prices }: Decided): Big {
  let sum = state.cash;
  for (const [key, position] of state.positions) {
    const { side, quantity } = position;
    const price = lastPrice(prices, key, averagePrice(position));
    sum = side === 'long' ? sum.plus(quantity.times(price)) : sum.minus(quantity.times(price));
  }
  return sum;
}

const fits = (value: Big, step: string | undefined): boolean =>
  step === undefined || value.div(step).round(0, Big.roundDown).times(step).eq(value);

function worse(price: string | undefined, asked: string | undefined, up: boolean): boolean {
  return price !== undefined && asked !== undefined && new Big(price).cmp(asked) === (up ? 1 : -1);
}

describe('an entry', () => {
  test('never exceeds what one order, one symbol and all of them may be worth', () => {
    const entries = eachEntry((entry) => {
      const { state, prices, order, notional, closing } = entry;
      const { maxOrderNotional, maxSymbolExposureRatio, maxExposureRatio, maxPositions } =
        settingsOf(state).risk;
      const own = instrumentKey(order);
      let [all, symbol] = [notional, notional];
      const taken = new Set([own]);
      for (const [key, position] of state.positions) {
        taken.add(key);
        if (key === own && closing.gt(zero)) continue;
        const price = lastPrice(prices, key, averagePrice(position));
        const worth = position.quantity.times(price);
        all = all.plus(worth);
        if (key === own) symbol = symbol.plus(worth);
      }
      for (const open of state.orders.values()) {
        if (open.role !== 'entry') continue;
        taken.add(instrumentKey(open));
        all = all.plus(open.reserved);
        if (instrumentKey(open) === own) symbol = symbol.plus(open.reserved);
      }
      expect(maxOrderNotional === undefined || notional.lte(maxOrderNotional)).toBe(true);
      expect(maxPositions === undefined || taken.size <= maxPositions).toBe(true);
      const most = (ratio = Infinity): Big | undefined =>
        ratio === Infinity ? undefined : equity(entry).times(exactly(ratio));
      expect(most(maxSymbolExposureRatio)?.lt(symbol) ?? false).toBe(false);
      expect(most(maxExposureRatio)?.lt(all) ?? false).toBe(false);
    });
    expect(entries).toBeGreaterThan(20);
  });

  test('never costs more than there is, nor more than the account may owe', () => {
    const entries = eachEntry((entry) => {
      const { state, order, notional, closing, fees, worst } = entry;
      const { shorting = false, leverage = 1 } = settingsOf(state);
      let reserved = zero;
      for (const open of state.orders.values()) reserved = reserved.plus(open.reserved);
      const needed = notional.plus(fees);
      let [owned, used] = [state.cash, reserved.plus(needed)];
      for (const [key, position] of state.positions) {
        const { side, quantity } = position;
        const isTurned = key === instrumentKey(order) && closing.gt(zero);
        const worth = isTurned ? quantity.times(worstFill(entry)) : cost(position);
        owned = side === 'long' ? owned.plus(worth) : owned.minus(worth);
        if (!isTurned) used = used.plus(worth);
      }
      const isWithin =
        shorting || leverage > 1
          ? used.lte(owned.times(exactly(leverage)))
          : needed.plus(closing.times(worst)).lte(state.cash.minus(reserved));
      expect(isWithin).toBe(true);
    });
    expect(entries).toBeGreaterThan(20);
  });

  test('never costs more than its stake', () => {
    const entries = eachEntry((entry) => {
      const { state, signal, notional, fees, entered } = entry;
      const settings = settingsOf(state);
      const stake = (settings.signalSize && signal.data.size) || settings.stake;
      const most: Record<typeof stake.kind, () => boolean> = {
        quote: () => stake.kind !== 'quote' || notional.lte(stake.value),
        base: () => stake.kind !== 'base' || entered.lte(stake.value),
        all: () => true,
        equityRatio: () =>
          stake.kind !== 'equityRatio' ||
          entry.closing.gt(zero) ||
          notional.plus(fees).lte(equity(entry).times(exactly(stake.value))),
        riskRatio: () => true,
      };
      expect(most[stake.kind]()).toBe(true);
    });
    expect(entries).toBeGreaterThan(20);
  });

  test('sized by risk loses no more than that at its stop, slippage and fees included', () => {
    let sized = 0;
    eachEntry((entry) => {
      const { state, signal, order, entered } = entry;
      const settings = settingsOf(state);
      const stake = (settings.signalSize && signal.data.size) || settings.stake;
      if (stake.kind !== 'riskRatio') return;
      sized++;
      const isBuy = order.side === 'buy';
      const { protection } = order;
      const entryPrice = worstFill(entry);
      const distance = exactly(protection?.trailingStop?.distanceBps ?? 0).times(bps);
      const stop = protection?.stopLoss
        ? new Big(protection.stopLoss.price)
        : entryPrice.times(isBuy ? one.minus(distance) : one.plus(distance));
      const out = moved(stop, isBuy ? 'sell' : 'buy', state, order);
      const exitPrice = out.lt(zero) ? zero : out;
      const gain = isBuy ? exitPrice.minus(entryPrice) : entryPrice.minus(exitPrice);
      const fees = entryPrice.plus(exitPrice).times(settings.feeBps).times(bps);
      const lost = entered.times(fees.minus(gain));
      expect(lost.lte(equity(entry).times(exactly(stake.value)))).toBe(true);
    }, 3_000);
    expect(sized).toBeGreaterThan(2);
  });

  test('obeys the rules of its instrument, and its prices are never worse than asked', () => {
    const entries = eachEntry(({ state, signal, order, entered, closing }) => {
      const { lotSize, tickSize, minQuantity, maxQuantity } = rulesOf(state, order);
      const isBuy = order.side === 'buy';
      const isBase = order.size.kind === 'base';
      expect(!isBase || fits(entered.plus(closing), lotSize)).toBe(true);
      expect(!isBase || minQuantity === undefined || entered.plus(closing).gte(minQuantity)).toBe(
        true,
      );
      expect(!isBase || maxQuantity === undefined || entered.plus(closing).lte(maxQuantity)).toBe(
        true,
      );
      const { limitPrice, stopPrice, protection } = order;
      const all = [limitPrice, stopPrice, protection?.stopLoss?.price];
      for (const price of all)
        expect(price === undefined || fits(new Big(price), tickSize)).toBe(true);
      const { entry } = signal.data;
      const asked = entry && entry.type !== 'market' ? entry.limitPrice : undefined;
      expect(worse(limitPrice, asked, isBuy)).toBe(false);
      expect(worse(stopPrice, entry?.type === 'stop' ? entry.stopPrice : undefined, !isBuy)).toBe(
        false,
      );
      expect(worse(protection?.stopLoss?.price, signal.data.stopLoss?.price, !isBuy)).toBe(false);
    });
    expect(entries).toBeGreaterThan(20);
  });

  test('is only made while trading is active, in time, and while nothing of its symbol is pending', () => {
    const entries = eachEntry(({ state, signal, order }) => {
      const pending = [...state.orders.values()].filter(
        ({ role, symbol }) => symbol === order.symbol && (role === 'entry' || role === 'exit'),
      );
      const { risk, shorting = false } = settingsOf(state);
      expect(state.tradingState.state).toBe('ACTIVE');
      expect(toMs(signal.expirytime)).toBeGreaterThan(nowMs);
      expect(pending).toEqual([]);
      expect(risk.symbols?.includes(order.symbol) ?? true).toBe(true);
      expect(shorting || signal.data.targetPosition === 'long').toBe(true);
      expect(risk.maxLosingStreak ?? Infinity).toBeGreaterThan(state.losingStreak);
    });
    expect(entries).toBeGreaterThan(20);
  });
});

describe('an exit', () => {
  test('never leaves more than is held, and never enters', () => {
    let exits = 0;
    eachOrder(({ state, order }) => {
      if (!order.reduceOnly) return;
      exits++;
      const position = state.positions.get(instrumentKey(order));
      expect(position?.side).toBe(order.side === 'sell' ? 'long' : 'short');
      expect(order.size.kind === 'base' && position?.quantity.gte(order.size.quantity)).toBe(true);
    });
    expect(exits).toBeGreaterThan(10);
  });
});

describe('any signal that is valid', () => {
  /** Whatever text is a price: tiny, huge, and with as many digits as there may be. */
  const anyText = fc.oneof(
    fc
      .tuple(fc.nat(10), fc.integer({ min: 1, max: 50 }))
      .map(([digit, zeros]) => `0.${'0'.repeat(zeros)}${digit + 1}`),
    fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.nat(62))
      .map(([digit, zeros]) => `${digit}${'0'.repeat(zeros)}`),
    fc.bigInt({ min: 1n, max: 10n ** 40n }).map((digits) => `${digits}.${digits}`.slice(0, 64)),
    fc.constantFrom('100', '99.5', '101'),
  );

  test('is decided: by an order, by taking entries back, or by one skip with its reason', () => {
    fc.assert(
      fc.property(anyPortfolio, anySignal(anyText), anyPrices, (state, signal, prices) => {
        const drafts = decide(state, signal, { ...context, prices });
        const types = new Set(drafts.map(({ type }) => type));
        const isSkipped = types.has('signal_skipped');
        // A breaker takes entries back too, of its own accord.
        const takesBack = drafts.some(
          ({ type, data }) => type === 'order_cancel_intended' && data.signalId !== undefined,
        );
        expect(drafts.length).toBeGreaterThan(0);
        expect(isSkipped).toBe(!types.has('order_intended') && !takesBack);
        for (const { data } of drafts)
          expect('detail' in data ? data.detail.length : 0).toBeLessThanOrEqual(512);
      }),
      { numRuns: 1_000 },
    );
  });

  test('is decided the same way each time', () => {
    fc.assert(
      fc.property(anyPortfolio, anySignal(), anyPrices, (state, signal, prices) => {
        expect(decide(state, signal, { ...context, prices })).toEqual(
          decide(state, signal, { ...context, prices }),
        );
      }),
      { numRuns: 300 },
    );
  });
});
