import { someSettings } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { aPortfolio } from '../../testing/a-portfolio.ts';
import { averageEntryPrice, costOf, realisedPnl } from './position.ts';

/** Fills of orders of their own, each as quantity and price; less than 0 is sold. */
function filled(fills: readonly (readonly [string, string])[], { decisionsVersion = 7 } = {}) {
  const portfolio = aPortfolio({ settings: someSettings({ shorting: true }) });
  portfolio.state.decisionsVersion = decisionsVersion;
  for (const [index, [signed, price]] of fills.entries()) {
    const side = signed.startsWith('-') ? 'sell' : 'buy';
    const quantity = signed.replace('-', '');
    const id = String(index);
    const orderId = portfolio.intend({ id, side, quantity, reduceOnly: false });
    portfolio.fill(orderId, quantity, { price });
  }
  const [position] = portfolio.state.positions.values();
  const trades = portfolio.events.flatMap(({ type, data }) =>
    type === 'trade_closed' ? [[data.entryPrice, data.exitPrice, data.pnl]] : [],
  );
  const told = position && [averageEntryPrice(position), realisedPnl(position), costOf(position)];
  return { told: told?.map((it) => it.toFixed()), trades };
}

test('what is added after a part was left is averaged with what is held, and earns nothing', () => {
  const half = [
    ['1', '100'],
    ['-0.5', '120'],
  ] as const;
  expect(filled(half).told).toEqual(['100', '10', '50']);
  const again = [...half, ['0.5', '120']] as const;
  expect(filled(again).told).toEqual(['110', '10', '110']);
  // 5 of the quarter that is left over 110, and again as much was added.
  const more = [...again, ['-0.25', '130'], ['0.25', '130']] as const;
  expect(filled(more).told).toEqual(['115', '15', '115']);
  // Over the whole trade: 192.5 paid for 1.75, and 222.5 got.
  expect(filled([...more, ['-1', '130']])).toEqual({
    told: undefined,
    trades: [['110', '127.142857142857142857142857', '30']],
  });
});

test('a short position likewise', () => {
  const short = [
    ['-1', '100'],
    ['0.5', '80'],
    ['-0.5', '80'],
  ] as const;
  expect(filled(short).told).toEqual(['90', '10', '90']);
});

test('by the rules of version 6 what was left counted', () => {
  const fills = [
    ['1', '100'],
    ['-0.5', '120'],
    ['0.5', '130'],
  ] as const;
  expect(filled(fills, { decisionsVersion: 6 }).told).toEqual(['110', '5', '110']);
});
