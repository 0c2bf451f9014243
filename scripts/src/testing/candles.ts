import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** The candles that come with the project: 1,968 half hours of BTC/USD. */
export const shippedCandles = fileURLToPath(
  new URL('../../../data/BTC_USD-30m-bitstamp-2014.csv.gz', import.meta.url),
);

/** The first so many of them, as CSV. */
export function firstCandles(count: number): string {
  const lines = gunzipSync(readFileSync(shippedCandles)).toString().split('\n');
  return lines.slice(0, count + 1).join('\n');
}

/** Prices that fall and then rise for good: one entry, and no strategy that leaves it. */
export function oneLongRise(): string {
  const rows = Array.from({ length: 1500 }, (_, at) => {
    const price = 1_000 + Math.abs(at - 50);
    return `${at * 1_800_000},${price},${price},${price},${price},1`;
  });
  return ['timestamp,open,high,low,close,volume', ...rows].join('\n');
}
