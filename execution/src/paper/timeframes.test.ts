import { Timeframe } from '@heliograph/contracts';
import { aCandle } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { anOrder, paperSettings, type OrderChange } from './market-fixture.ts';
import { createPaperExchange } from './exchange.ts';
import type { Report } from '../brokers/broker.ts';

const hour = Timeframe.parse('1h');
const start = aCandle().openTime;
const { venue, symbol } = aCandle();

function aTape() {
  const fills: Extract<Report, { type: 'filled' }>[] = [];
  const exchange = createPaperExchange({
    settings: paperSettings(),
    onReport: (report) => report.type === 'filled' && fills.push(report),
  });
  return {
    fills,
    place: (change: OrderChange & { timeMs: number }) =>
      exchange.place(anOrder({ venue, symbol, ...change })),
    minute: (at: number, close: number, low = close) =>
      exchange.onCandle(aCandle({ at, open: close, close, low, high: close })),
    hour: (openTime: number, change: { open: number; low: number }) =>
      exchange.onCandle(
        aCandle({ timeframe: hour, openTime, high: change.open, close: change.open, ...change }),
      ),
  };
}

test('a candle from before what an order has seen fills nothing', () => {
  const tape = aTape();
  tape.place({ type: 'limit', limitPrice: '95', timeMs: start + 30 * 60_000 });
  for (let at = 30; at < 59; at++) tape.minute(at, 100);
  tape.hour(start, { open: 90, low: 80 });
  tape.minute(59, 100);
  expect(tape.fills).toEqual([]);
  tape.minute(60, 94);
  expect(tape.fills).toMatchObject([{ price: '94' }]);
});

test('a market order that is made inside a candle gets the open of a short one, not of a long one', () => {
  const tape = aTape();
  tape.hour(start - 3_600_000, { open: 100, low: 100 });
  for (let at = 0; at < 59; at++) tape.minute(at, 100 + at);
  tape.place({ timeMs: start + 59 * 60_000 + 200 });
  tape.hour(start, { open: 100, low: 100 });
  expect(tape.fills).toEqual([]);
  tape.minute(59, 159);
  expect(tape.fills).toMatchObject([{ price: '159', timeMs: start + 59 * 60_000 + 200 }]);
});

test('an order is filled by a longer candle where nothing shorter comes', () => {
  const tape = aTape();
  tape.minute(58, 100);
  tape.minute(59, 100);
  tape.place({ timeMs: start + 3_600_000 });
  tape.hour(start + 3_600_000, { open: 103, low: 102 });
  expect(tape.fills).toMatchObject([{ price: '103' }]);
});
