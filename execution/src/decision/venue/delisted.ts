import { Big } from '@heliograph/contracts';
import type { Draft } from '../state/draft.ts';
import { cancelled } from '../state/order-events.ts';
import { dueMs, isUnsent, type Order } from '../state/order.ts';
import { instrumentKey } from '../../instrument-key.ts';
import { assetOf, rulesOf, type Portfolio } from '../state/portfolio.ts';
import type { Statement } from './statement.ts';

/** By then nothing that was sent can still be on its way, and what was filled is in the balance. */
const settledMs = 60_000;

/**
 * Ends orders without an answer of instruments that the venue does not list any more, so that nobody can ask what became
 * of them. That the venue holds exactly what is held here says that they were not filled, and nothing can fill them now.
 * Where it holds anything else they stay as they are: they may have been.
 */
export function unaskable(portfolio: Portfolio, statement: Statement): Draft[] {
  const { timeMs } = statement;
  const unsent = [...portfolio.orders.values()].filter(
    (order) =>
      isUnsent(order) && portfolio.instruments.get(instrumentKey(order))?.status === 'delisted',
  );
  // What was bought and sold again would leave the same.
  const isOneWay = (order: Order): boolean =>
    unsent.every(
      (other) => other.side === order.side || instrumentKey(other) !== instrumentKey(order),
    );
  return unsent
    .filter(
      (order) =>
        isOneWay(order) &&
        timeMs - dueMs(order) > settledMs &&
        holdsTheSame(portfolio, order, statement),
    )
    .map((order) =>
      cancelled(portfolio, order, {
        timeMs,
        reason: 'INSTRUMENT_CLOSED',
        detail: 'the venue lists it no more and holds what is held here: it was not filled',
      }),
    );
}

function holdsTheSame(
  portfolio: Portfolio,
  order: Order,
  { positions, balances }: Statement,
): boolean {
  const key = instrumentKey(order);
  const held = portfolio.positions.get(key);
  const quantity = held?.quantity ?? new Big('0');
  if (positions) {
    const there = positions.find((each) => instrumentKey(each) === key);
    return quantity.eq(there?.quantity ?? '0') && there?.side === held?.side;
  }
  const balance = balances.find(({ currency }) => currency === assetOf(order));
  const apart = quantity.minus(balance?.total ?? '0').abs();
  const isLess = order.size.kind !== 'base' || apart.lt(order.size.quantity);
  return isLess && apart.lt(rulesOf(portfolio, order).lotSize);
}
