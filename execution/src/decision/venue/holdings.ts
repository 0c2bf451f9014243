import { Big, toNonNegative, type JournalEventOf } from '@heliograph/contracts';
import type { Balance, VenuePosition } from '../../brokers/broker.ts';
import { isRecent } from '../another-clock.ts';
import { isUnsent, type Order } from '../state/order.ts';
import { instrumentKey } from '../../instrument-key.ts';
import { assetOf, rulesOf, type Portfolio } from '../state/portfolio.ts';
import type { Position } from '../state/position.ts';
import type { Statement } from './statement.ts';

export type Difference = JournalEventOf<'reconciliation_reported'>['data']['differences'][number];

/** What has just moved may not be in the venue's answers yet. */
export const settlingMs = 5_000;

/**
 * Positions on a margin account must be equal; on a spot account the balance must hold at least what is held here. Where an
 * order may be at the venue or not, or has just been filled, nothing can be said of its instrument: what was found before
 * stands.
 */
export function holdings(portfolio: Portfolio, statement: Statement): Difference[] {
  const { positions } = statement;
  const isOpen = unsettled(portfolio, statement);
  const differences = formerHoldings(portfolio).filter(isOpen);
  for (const position of portfolio.positions.values()) {
    if (isOpen(position)) continue;
    const difference = positions
      ? positionDiffers(position, positions)
      : balanceFalls(portfolio, position, statement.balances);
    if (difference) differences.push(difference);
  }
  for (const { venue, symbol, side, quantity } of positions ?? []) {
    const isKnown = portfolio.positions.has(instrumentKey({ venue, symbol }));
    if (isKnown || isOpen({ symbol }) || new Big(quantity).eq('0')) continue;
    const found = `${side} ${quantity} ${symbol} at the venue, nothing here`;
    differences.push({ orderId: '', found, kind: 'position', venue, symbol });
  }
  return differences;
}

/**
 * Whether the venue holds exactly what is held here of what the order trades, besides what it has always had: then the order
 * has moved nothing that is not booked.
 */
export function isAllThere(portfolio: Portfolio, order: Order, statement: Statement): boolean {
  if (unsettled(portfolio, statement)(order)) return false;
  const position = portfolio.positions.get(instrumentKey(order));
  if (!position) return true;
  if (statement.positions) return !positionDiffers(position, statement.positions);
  const asset = assetOf(order);
  const moved = surplusOf(portfolio, asset, statement).minus(statement.surplus?.get(asset) ?? '0');
  return moved.abs().lt(rulesOf(portfolio, order).lotSize);
}

/**
 * What a spot account has beyond what is held here, in base units, of each currency of which no order is at the venue and
 * nothing has just been filled.
 */
export function surpluses(portfolio: Portfolio, statement: Statement): Map<string, Big> {
  const isOpen = unsettled(portfolio, statement);
  const working = new Set(
    [...portfolio.orders.values()].filter(({ isHeld }) => !isHeld).map(assetOf),
  );
  return new Map(
    statement.balances
      .map(({ currency }) => currency)
      .filter((asset) => !working.has(asset) && !isOpen({ symbol: asset }))
      .map((asset) => [asset, surplusOf(portfolio, asset, statement)]),
  );
}

function surplusOf(portfolio: Portfolio, asset: string, { balances }: Statement): Big {
  return totalOf(asset, balances).minus(heldOf(portfolio, asset));
}

/** What is held of a currency, base units; less than nothing where more is owed. */
export function heldOf({ positions }: Pick<Portfolio, 'positions'>, asset: string): Big {
  return [...positions.values()]
    .filter((position) => assetOf(position) === asset)
    .reduce(
      (held, { side, quantity }) => (side === 'long' ? held.plus(quantity) : held.minus(quantity)),
      new Big('0'),
    );
}

type Unsettled = (instrument: { symbol?: string | undefined }) => boolean;

function unsettled(portfolio: Portfolio, { timeMs }: Statement): Unsettled {
  const open = new Set([...portfolio.orders.values()].filter(isUnsent).map(assetOf));
  for (const [key, filledMs] of portfolio.filledMs)
    if (isRecent(filledMs, timeMs, settlingMs)) open.add(assetOf({ symbol: key.split('|')[1] }));
  return (instrument) => open.has(assetOf(instrument));
}

function formerHoldings({ reconciled }: Portfolio): Difference[] {
  const found: Difference[] = JSON.parse(reconciled?.found ?? '[]');
  return found.filter(({ kind }) => kind === 'position' || kind === 'balance');
}

/**
 * What the venue lacks of what is held here, base units: none where it has all, or no less than all but a lot. Undefined where
 * an order may be at the venue or not, or something has just been filled.
 */
export function lacking(
  portfolio: Portfolio,
  position: Position,
  statement: Statement,
): Big | undefined {
  if (unsettled(portfolio, statement)(position)) return undefined;
  const { quantity } = position;
  if (!statement.positions) return fallsBy(portfolio, position, statement.balances);
  const there = thereOf(position, statement.positions);
  if (there?.side !== position.side) return quantity;
  return quantity.gt(there.quantity) ? quantity.minus(there.quantity) : new Big('0');
}

function thereOf(
  { venue, symbol }: Position,
  positions: readonly VenuePosition[],
): VenuePosition | undefined {
  return positions.find((each) => instrumentKey(each) === instrumentKey({ venue, symbol }));
}

function positionDiffers(
  position: Position,
  positions: readonly VenuePosition[],
): Difference | undefined {
  const { venue, symbol, side, quantity } = position;
  const there = thereOf(position, positions);
  const isEqual = there?.side === side && quantity.eq(there.quantity);
  if (isEqual) return undefined;
  const found = `${side} ${quantity.toFixed()} here, ${there ? `${there.side} ${there.quantity}` : 'none listed'} at the venue`;
  const left = there?.side === side ? new Big(there.quantity) : new Big('0');
  return { orderId: '', found, kind: 'position', venue, symbol, there: toNonNegative(left) };
}

function balanceFalls(
  portfolio: Portfolio,
  position: Position,
  balances: readonly Balance[],
): Difference | undefined {
  const { venue, symbol, side, quantity } = position;
  if (fallsBy(portfolio, position, balances).eq('0')) return undefined;
  const base = assetOf(position);
  const total = side === 'long' ? totalOf(base, balances) : new Big('0');
  const found =
    side === 'long'
      ? `${quantity.toFixed()} ${base} here, ${total.toFixed()} at the venue`
      : `short ${quantity.toFixed()} ${base} here, and a spot account never is: coins that are not of this portfolio were sold, close it to buy them back`;
  return { orderId: '', found, kind: 'balance', venue, symbol, there: toNonNegative(total) };
}

/**
 * Less than a lot cannot be traded anyway: fees and dust. What is short here was sold of what the owner has beside: the
 * venue has nothing of the kind, whatever it has.
 */
function fallsBy(portfolio: Portfolio, position: Position, balances: readonly Balance[]): Big {
  if (position.side === 'short') return position.quantity;
  const missing = position.quantity.minus(totalOf(assetOf(position), balances));
  return missing.lt(rulesOf(portfolio, position).lotSize) ? new Big('0') : missing;
}

function totalOf(asset: string, balances: readonly Balance[]): Big {
  return new Big(balances.find(({ currency }) => currency === asset)?.total ?? '0');
}
