import { Big, type JournalEvent } from '@heliograph/contracts';
import { expect } from 'vitest';
import { draftOf } from '../decision/state/draft.ts';
import { evolve } from '../decision/state/evolve.ts';
import { isProtective } from '../decision/state/order.ts';
import { emptyPortfolio, type PortfolioState } from '../decision/state/portfolio.ts';
import { startBalances, type LiveRun, type WayOut } from './live-run.ts';

/** What must be so at the end of every run, whoever was killed, and whatever was lost on the way. */
export function expectOneTrade(run: LiveRun, why: string): void {
  const { orders, portfolio, balances, journal } = run;
  expect(
    orders.map(({ side, status }) => `${String(side)} ${String(status)}`),
    `${why}: one entry and one exit at the exchange`,
  ).toEqual(['BUY FILLED', 'SELL FILLED']);
  const intended = new Set<unknown>(
    journal.flatMap((event) => (event.type === 'order_intended' ? [event.data.orderId] : [])),
  );
  const orphans = orders.filter(({ clientOrderId }) => !intended.has(clientOrderId));
  expect(orphans, `${why}: every order is in the journal`).toEqual([]);
  expect(portfolio.orders.size, `${why}: nothing is open`).toBe(0);
  const gained = new Big(balances.USDT).minus(startBalances.USDT);
  expect(portfolio.cash.minus('5000').toFixed(), `${why}: the ledger is the exchange's`).toBe(
    gained.toFixed(),
  );
  expect(new Big(balances.BTC).toFixed(), `${why}: nothing is left`).toBe(startBalances.BTC);
  const closed = journal.filter(({ type }) => type === 'trade_closed');
  expect(closed, `${why}: one trade`).toHaveLength(1);
  expect(nakedMoments(journal), `${why}: never unprotected without a word`).toEqual([]);
}

/**
 * What was journalled while a position that asks for a stop had none working, held or on its way, and neither was
 * leaving nor told to a person; the events of the fill itself do not count.
 */
function nakedMoments(journal: readonly JournalEvent[]): string[] {
  const state = emptyPortfolio('money');
  const naked: string[] = [];
  let wasNaked = false;
  for (const event of journal) {
    evolve(state, draftOf(event));
    const isNaked = lacksItsStop(state);
    const isAboutIt =
      event.type === 'order_filled' ||
      event.type === 'position_changed' ||
      event.type === 'order_cancelled' ||
      event.type === 'order_rejected' ||
      (event.type === 'incident_reported' && event.data.kind === 'UNPROTECTED');
    if (isNaked && wasNaked && !isAboutIt) naked.push(event.type);
    wasNaked = isNaked;
  }
  return naked;
}

function lacksItsStop({ positions, orders }: PortfolioState): boolean {
  const open = [...orders.values()];
  return [...positions.values()].some(
    ({ protection }) =>
      protection?.stopLoss !== undefined &&
      !open.some(
        (order) =>
          order.reduceOnly &&
          (order.role === 'stop_loss' || order.type === 'market' || !isProtective(order)),
      ),
  );
}

/** Runs them all, so many at once. */
export async function inParallel<T>(
  items: readonly T[],
  most: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const lane = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await run(item);
  };
  await Promise.all(Array.from({ length: most }, lane));
}

export const waysOut: readonly WayOut[] = ['signal', 'target', 'stop'];
