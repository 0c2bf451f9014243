import { type Timeframe, timeframeMs, toTime } from '@heliograph/contracts';
import { columnCount, parseColumns } from './candle-columns.ts';

/** The first and the last moment of the years 1 to 9999, epoch ms: what RFC 3339 can write. */
export const earliestTime = -62_135_596_800_000;
export const latestTime = 253_402_300_799_999;

/** What is traded at less, or for more, cannot be reckoned and written down to the last digit. */
export const leastPrice = 1e-20;
export const mostFigure = 1e30;

const columnNames = ['timestamp', 'open', 'high', 'low', 'close', 'volume'] as const;

interface Before {
  /** The timestamp of the row before; -Infinity for the first row. */
  readonly previousTime: number;
  readonly timeframe: Timeframe;
}

/** Says of a candle row that was refused what is wrong with it: what was found and what was expected. */
export function describeRow(row: string, before: Before): string {
  const texts = row.split(',');
  if (texts.length !== columnCount)
    return `found ${texts.length} ${texts.length === 1 ? 'field' : 'fields'} in ${quoted(row)}, expected ${columnCount}: ${columnNames.join(',')}`;
  const values = parseColumns(row);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    return `found ${columnNames[wrong]} ${quoted(texts[wrong] ?? '')}, expected a number`;
  const [time = 0, open = 0, high = 0, low = 0, close = 0, volume = 0] = values;
  return (
    describeTime(time) ??
    describeOrder(time, before) ??
    describePrices({ open, high, low, close }) ??
    `found volume ${volume}, expected 0 or above${volume < 0 ? '' : `, at most ${mostFigure}`}`
  );
}

/** What is wrong with a timestamp as such. */
export function describeTime(time: number): string | undefined {
  if (Number.isInteger(time) && time >= earliestTime && time <= latestTime) return undefined;
  const hint = time > 1e17 ? ' (nanoseconds?)' : time > latestTime ? ' (microseconds?)' : '';
  return `found timestamp ${time}${hint}, expected epoch milliseconds`;
}

function describeOrder(time: number, { previousTime, timeframe }: Before): string | undefined {
  if (time === previousTime)
    return `found timestamp ${named(time)} a second time, expected each one once`;
  if (time < previousTime)
    return `found timestamp ${named(time)} after ${named(previousTime)}, expected the oldest candle first`;
  if (time - previousTime >= timeframeMs(timeframe)) return undefined;
  const seconds = time >= 1e8 && time < 1e10;
  return (
    `found a candle only ${time - previousTime} ms after the one before, expected at least the timeframe ${timeframe}` +
    (seconds ? ' (timestamps in seconds? they have to be in milliseconds)' : '')
  );
}

function describePrices(prices: {
  open: number;
  high: number;
  low: number;
  close: number;
}): string | undefined {
  for (const [name, price] of Object.entries(prices))
    if (price <= 0) return `found ${name} ${price}, expected a price above 0`;
    else if (price < leastPrice || price > mostFigure)
      return `found ${name} ${price}, expected a price from ${leastPrice} to ${mostFigure}`;
  const { open, high, low, close } = prices;
  if (high < low) return `found high ${high} below low ${low}, expected it at or above`;
  for (const [name, price] of Object.entries({ open, close }))
    if (price < low || price > high)
      return `found ${name} ${price} outside low ${low} to high ${high}, expected it within`;
  return undefined;
}

function named(time: number): string {
  return `${time} (${toTime(time)})`;
}

export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
