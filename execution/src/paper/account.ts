import { Big, exactly, signOf } from '@heliograph/contracts';
import type { OrderReference } from '../brokers/broker.ts';
import { instrumentKey } from '../instrument-key.ts';

export type InstrumentName = Pick<OrderReference, 'venue' | 'symbol'>;

/** What is held of one instrument. */
export interface Holding extends InstrumentName {
  /** Base units, negative when they are owed. */
  readonly quantity: Big;
  /** What it was bought for, or sold for where it is negative: quantity times the average entry price. */
  readonly cost: Big;
}

export interface Account {
  /** Quote currency. */
  readonly cash: Big;
  /** By venue and symbol; what is flat is not there. */
  readonly holdings: ReadonlyMap<string, Holding>;
}

export interface AccountFill {
  readonly side: 'buy' | 'sell';
  readonly quantity: Big;
  readonly price: Big;
  readonly fee: Big;
}

const zero = new Big('0');

/** The currency that a symbol is paid in; a bare symbol such as `SPY` counts as paid in USD. */
export function quoteCurrencyOf(symbol: string): string {
  return symbol.split('/')[1]?.split(':')[0] ?? 'USD';
}

export function holdingOf({ holdings }: Account, instrument: InstrumentName): Holding {
  const { venue, symbol } = instrument;
  return holdings.get(instrumentKey(instrument)) ?? { venue, symbol, quantity: zero, cost: zero };
}

/** What a fill changes of an account. */
export interface AccountChange {
  readonly cash: Big;
  readonly holding: Holding;
}

export function changeBy(
  account: Account,
  instrument: InstrumentName,
  fill: AccountFill,
): AccountChange {
  const { cash } = account;
  const notional = fill.quantity.times(fill.price);
  const before = holdingOf(account, instrument);
  const { venue, symbol } = before;
  return {
    cash: (fill.side === 'buy' ? cash.minus(notional) : cash.plus(notional)).minus(fill.fee),
    holding: { venue, symbol, ...holdingAfter(before, fill, notional) },
  };
}

/** The account with the change; the former stays as it was. */
export function changed({ holdings }: Account, { cash, holding }: AccountChange): Account {
  const after = new Map(holdings);
  putHolding(after, holding);
  return { cash, holdings: after };
}

export function putHolding(holdings: Map<string, Holding>, holding: Holding): void {
  const key = instrumentKey(holding);
  if (signOf(holding.quantity) === 0) holdings.delete(key);
  else holdings.set(key, holding);
}

/** Whether a fill leaves more at risk than before: a larger position, or one on the other side. */
export function raisesExposure(before: Big, after: Big): boolean {
  const isTurned = signOf(after) * signOf(before) < 0;
  return isTurned || after.abs().gt(before.abs());
}

/**
 * Whether equity at cost carries what is held: cash and all positions at their entry prices, times the leverage, must
 * reach the sum of their sizes. With longs alone and no leverage that is: cash must not be negative.
 */
export function hasMargin(account: Account, change: AccountChange, leverage: number): boolean {
  const { cash, holding } = change;
  const key = instrumentKey(holding);
  const others = [...account.holdings].filter(([other]) => other !== key);
  const costs = [holding.cost, ...others.map(([, { cost }]) => cost)];
  if (leverage === 1 && costs.every((cost) => signOf(cost) >= 0)) return signOf(cash) >= 0;
  let equity = cash;
  let exposure = zero;
  for (const cost of costs) {
    equity = equity.plus(cost);
    exposure = exposure.plus(cost.abs());
  }
  return equity.times(exactly(leverage)).gte(exposure);
}

/** Base units that are held after a fill. */
export function quantityAfter(quantity: Big, { side, quantity: change }: AccountFill): Big {
  return side === 'buy' ? quantity.plus(change) : quantity.minus(change);
}

function holdingAfter(
  { quantity, cost }: Holding,
  fill: AccountFill,
  notional: Big,
): Pick<Holding, 'quantity' | 'cost'> {
  const after = quantityAfter(quantity, fill);
  const held = signOf(quantity);
  const left = signOf(after);
  const isSameWay = held === 0 || held > 0 === (fill.side === 'buy');
  if (isSameWay)
    return {
      quantity: after,
      cost: fill.side === 'buy' ? cost.plus(notional) : cost.minus(notional),
    };
  if (left === 0) return { quantity: after, cost: zero };
  const isCrossing = left !== held;
  if (isCrossing) return { quantity: after, cost: after.times(fill.price) };
  return { quantity: after, cost: cost.times(after).div(quantity) };
}
