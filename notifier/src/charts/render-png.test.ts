import { PositiveDecimal, SymbolName, Timeframe, toTime, Venue } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import { candleChart } from './candle-chart.ts';
import { equityChart } from './equity-chart.ts';
import { renderPng } from './render-png.ts';

const at = (minute: number): string => toTime(Date.UTC(2026, 0, 5) + minute * 60_000);
const price = (minute: number): number => 100 + 10 * Math.sin(minute / 9) + minute / 20;

/** Width and height, as a PNG says them. */
function sizeOf(png: Buffer): [number, number] {
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

const fill = (minute: number, side: 'buy' | 'sell') => ({
  time: at(minute),
  side,
  price: PositiveDecimal.parse(price(minute).toFixed(2)),
  quantity: PositiveDecimal.parse('1'),
});

test('candles with their fills', async () => {
  const png = await renderPng(
    candleChart({
      portfolio: 'money <b>&',
      venue: Venue.parse('binance'),
      symbol: SymbolName.parse('BTC/USDT'),
      timeframe: Timeframe.parse('1m'),
      candles: Array.from({ length: 150 }, (_, minute) => [
        at(minute + 1),
        price(minute),
        price(minute) + 2,
        price(minute) - 2,
        price(minute + 1),
      ]),
      fills: [fill(20, 'buy'), fill(45, 'sell'), fill(80, 'buy'), fill(110, 'sell')],
    }),
  );
  expect(sizeOf(png)).toEqual([1_200, 900]);
  expect(png.length, 'something is drawn').toBeGreaterThan(10_000);
});

test('an equity curve', async () => {
  const png = await renderPng(
    equityChart({
      portfolio: 'money',
      currency: 'USDT',
      points: Array.from({ length: 200 }, (_, minute) => [
        at(minute * 60),
        PositiveDecimal.parse((1_000 + 5 * price(minute)).toFixed(2)),
      ]),
    }),
  );
  expect(sizeOf(png)).toEqual([1_200, 900]);
});
