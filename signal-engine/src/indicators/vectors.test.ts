import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { ATR, BollingerBands, RSI, SMA } from 'trading-signals';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { atr } from './atr.ts';
import { bollinger } from './bollinger.ts';
import { ema } from './ema.ts';
import { highest, lowest } from './extreme.ts';
import type { Range } from './indicator.ts';
import { macd } from './macd.ts';
import { rsi } from './rsi.ts';
import { sma } from './sma.ts';

const data = process.env['HELIOGRAPH_DATA'];
/** How far a value may be from another's, of its size. */
const precision = 1e-9;

type Value = number | null | undefined;

/** Where they are not the same, as far as they go; where there is no value yet both have none. */
function differences(ours: readonly Value[], theirs: readonly Value[]): string[] {
  const isSame = (a: Value, b: Value): boolean =>
    typeof a === 'number' && typeof b === 'number'
      ? Math.abs(a - b) < precision * Math.max(1, Math.abs(b))
      : (a ?? undefined) === (b ?? undefined);
  return theirs.flatMap((expected, at) =>
    isSame(ours[at], expected) ? [] : [`at ${at}: ${ours[at]}, not ${expected}`],
  );
}

function rangesOf(csv: string): Range[] {
  const [header = '', ...lines] = csv.trim().split('\n');
  const columns = header.split(',');
  return lines.map((line) => {
    const values = line.split(',');
    const of = (name: string): number => Number(values[columns.indexOf(name)]);
    return { high: of('high'), low: of('low'), close: of('close') };
  });
}

/** A walk that anybody would make again. */
const walk: readonly Range[] = Array.from({ length: 600 }, (_, at) => {
  const close = 100 + 10 * Math.sin(at / 7) + 5 * Math.sin(at * 1.7) + at / 50;
  return { high: close + 1 + (at % 3), low: close - 1 - (at % 2), close };
});
const closes = walk.map(({ close }) => close);

function told<In, Out>(
  indicator: { add(value: In): unknown; getResult(): Out | null },
  values: readonly In[],
): (Out | null)[] {
  return values.map((value) => {
    indicator.add(value);
    return indicator.getResult();
  });
}

describe('a second library says the same of a walk', () => {
  test('simple average', () => {
    const ours = sma(20);
    expect(
      differences(
        closes.map((value) => ours.push(value)),
        told(new SMA(20), closes),
      ),
    ).toEqual([]);
  });

  test('relative strength', () => {
    const ours = rsi(14);
    const theirs = told(new RSI(14), closes);
    expect(
      differences(closes.map((value) => ours.push(value)).slice(300), theirs.slice(300)),
    ).toEqual([]);
  });

  test('true range', () => {
    const ours = atr(14);
    const theirs = told(new ATR(14), walk);
    expect(
      differences(walk.map((value) => ours.push(value)).slice(400), theirs.slice(400)),
    ).toEqual([]);
  });

  test('bands', () => {
    const ours = bollinger(20, 2);
    const theirs = told(new BollingerBands(20, 2), closes);
    expect(
      differences(
        closes.map((value) => ours.push(value)?.lower),
        theirs.map((bands) => bands?.lower ?? null),
      ),
    ).toEqual([]);
  });

  test('the highest and the lowest, looked up', () => {
    const [high, low] = [highest(9), lowest(9)];
    for (const [at, value] of closes.entries()) {
      const window = closes.slice(Math.max(0, at - 8), at + 1);
      const isWhole = window.length === 9;
      expect(high.push(value)).toBe(isWhole ? Math.max(...window) : undefined);
      expect(low.push(value)).toBe(isWhole ? Math.min(...window) : undefined);
    }
  });
});

describe.skipIf(!data)('published vectors (skipped where HELIOGRAPH_DATA is not set)', () => {
  const folder = join(data ?? '', 'vectors');
  const json = (path: string): unknown => JSON.parse(readFileSync(join(folder, path), 'utf8'));
  const vector = (name: string): unknown => json(`talib/${name}.BTC_USDT-1m.first5000.json`);
  const bars = (): Range[] => rangesOf(readFileSync(join(folder, 'skender/default.csv'), 'utf8'));
  const results = (name: string, field: string): (number | null | undefined)[] =>
    z
      .array(z.looseObject({ [field]: z.number().nullish() }))
      .parse(json(`skender/${name}.standard.json`))
      .map((row) => z.number().nullish().parse(row[field]));

  test('Stock.Indicators: 502 daily bars', () => {
    const own = bars();
    const [average, exponential, strength, range, bands] = [
      sma(20),
      ema(20),
      rsi(14),
      atr(14),
      bollinger(20, 2),
    ];
    expect(
      differences(
        own.map(({ close }) => average.push(close)),
        results('sma', 'sma'),
      ),
    ).toEqual([]);
    expect(
      differences(
        own.map(({ close }) => exponential.push(close)),
        results('ema', 'ema'),
      ),
    ).toEqual([]);
    expect(
      differences(
        own.map(({ close }) => strength.push(close)),
        results('rsi', 'rsi'),
      ),
    ).toEqual([]);
    expect(
      differences(
        own.map((bar) => range.push(bar)),
        results('atr', 'atr'),
      ),
    ).toEqual([]);
    expect(
      differences(
        own.map(({ close }) => bands.push(close)?.upper),
        results('bb', 'upperBand'),
      ),
    ).toEqual([]);
  });

  test('TA-Lib: 5,000 minutes', () => {
    const file = readFileSync(join(data ?? '', 'real/crypto-1m/BTC_USDT-1m.csv.gz'));
    const own = rangesOf(gunzipSync(file).toString('utf8')).slice(0, 5_000);
    const Values = z.array(z.number().nullable());
    const [average, exponential, strength, range] = [sma(20), ema(20), rsi(14), atr(14)];
    const lines = macd({ fast: 12, slow: 26, signal: 9 });
    expect(
      differences(
        own.map(({ close }) => average.push(close)),
        Values.parse(vector('sma')),
      ),
    ).toEqual([]);
    expect(
      differences(
        own.map(({ close }) => exponential.push(close)),
        Values.parse(vector('ema')),
      ),
    ).toEqual([]);
    expect(
      differences(
        own.map(({ close }) => strength.push(close)),
        Values.parse(vector('rsi')),
      ),
    ).toEqual([]);
    expect(
      differences(
        own.map((bar) => range.push(bar)),
        Values.parse(vector('atr')),
      ),
    ).toEqual([]);
    const told = z.array(z.tuple([z.number(), z.number()]).nullable()).parse(vector('macd'));
    const ours = own.map(({ close }) => lines.push(close));
    expect(
      differences(
        ours.map((one) => one?.macd),
        told.map((one) => one?.[0] ?? null),
      ),
    ).toEqual([]);
    expect(
      differences(
        ours.map((one) => one?.signal),
        told.map((one) => one?.[1] ?? null),
      ),
    ).toEqual([]);
  });
});
