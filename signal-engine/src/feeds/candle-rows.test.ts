import { type Candle, UserError } from '@heliograph/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { candleHeader, createCandleRows } from './candle-rows.ts';
import { instrumentOfFile } from './instrument-of-file.ts';

const minute = 60_000;
const start = 1_600_000_020_000;

function read(text: string | Buffer, cuts: readonly number[] = [], timeframe = '1m'): Candle[] {
  const bytes = Buffer.from(text);
  const rows = createCandleRows('x.csv', instrumentOfFile('BTC_USDT.csv', { timeframe }));
  const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
  const blocks = edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
  return [...blocks.flatMap((block) => rows.read(block)), ...rows.end()];
}

function refusalOf(lines: readonly string[]): unknown {
  try {
    return read([candleHeader, ...lines].join('\n'));
  } catch (error) {
    return error;
  }
}

const row = (at: number, rest = '10,12,9,11,5'): string => `${start + at * minute},${rest}`;

describe('a well-formed file', () => {
  const text = [candleHeader, row(0), row(1, '0.1,0.30,.1,0.2,0'), row(4)].join('\n');
  const candles = read(text);

  test('gives a candle a row, closing one timeframe after it opens', () => {
    expect(candles).toEqual([
      {
        venue: 'binance',
        symbol: 'BTC/USDT',
        timeframe: '1m',
        openTime: start,
        closeTime: start + minute,
        open: 10,
        high: 12,
        low: 9,
        close: 11,
        volume: 5,
      },
      expect.objectContaining({ open: 0.1, high: 0.3, low: 0.1, close: 0.2, volume: 0 }),
      expect.objectContaining({ openTime: start + 4 * minute }),
    ]);
  });

  test('is read alike wherever its blocks end', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 20 }), (cuts) => {
        expect(read(text, cuts)).toEqual(candles);
      }),
    );
  });

  test.each([
    ['with CRLF', text.replaceAll('\n', '\r\n')],
    ['with a final line end', `${text}\n`],
    ['with CRLF and a final line end', `${text}\n`.replaceAll('\n', '\r\n')],
    ['with empty lines', `${text}\n\n`.replace('\n', '\n\n')],
    ['with a byte order mark', `\ufeff${text}`],
    ['with exponents', text.replace('0.1,0.30,.1,0.2,0', '1e-1,3E-1,10e-2,0.2e0,0')],
  ])('is read alike %s', (_, changed) => {
    expect(read(changed)).toEqual(candles);
  });

  test('may reach back before 1970', () => {
    const [candle] = read(`${candleHeader}\n-630979200000,16,17,15,16.5,100`, [], '1d');
    expect(candle).toMatchObject({ openTime: -630_979_200_000, closeTime: -630_892_800_000 });
  });
});

describe('a broken file', () => {
  test.each([
    ['open,high,low,close', 'x.csv, line 1: found "open,high,low,close", expected the header'],
    ['Timestamp,Open', 'x.csv, line 1: found "Timestamp,Open", expected the header'],
    ['a\0b', 'x.csv, line 1: found binary data, expected the header'],
  ])('is refused for the header %j', (header, message) => {
    expect(() => read(`${header}\n${row(0)}\n`)).toThrow(message);
  });

  test('is refused for bytes without a line end, before they fill the memory', () => {
    expect(() => read('x'.repeat(5_000))).toThrow(
      'x.csv, line 1: found more than 4096 bytes without a line end, expected a candle file',
    );
  });

  test.each([
    [
      'too few fields',
      [row(0, '1,2,3')],
      'line 2: found 4 fields in',
      'expected 6: timestamp,open',
    ],
    ['too many fields', [row(0), row(1, '1,2,3,4,5,6')], 'line 3: found 7 fields', 'expected 6'],
    ['text', [row(0, '10,12,nine,11,5')], 'line 2: found low "nine", expected a number', ''],
    ['nothing', [row(0, '10,12,9,,5')], 'line 2: found close "", expected a number', ''],
    ['NaN', [row(0, 'NaN,12,9,11,5')], 'line 2: found open "NaN", expected a number', ''],
    ['infinity', [row(0, '10,1e999,9,11,5')], 'line 2: found high "1e999", expected a number', ''],
    ['a price of 0', [row(0, '10,12,0,11,5')], 'line 2: found low 0, expected a price above 0', ''],
    [
      'a negative price',
      [row(0, '10,12,9,-11,5')],
      'line 2: found close -11, expected a price',
      '',
    ],
    [
      'a price that cannot be written down',
      [row(0, '1e300,1e300,1e300,1e300,5')],
      'line 2: found open 1e+300, expected a price from 1e-20 to 1e+30',
      '',
    ],
    [
      'a price of next to nothing',
      [row(0, '1e-21,1e-21,1e-21,1e-21,5')],
      'line 2: found open 1e-21, expected a price from 1e-20 to 1e+30',
      '',
    ],
    ['too much volume', [row(0, '10,12,9,11,1e31')], 'line 2: found volume 1e+31, expected 0', ''],
    ['high below low', [row(0, '9,8,9,9,5')], 'line 2: found high 8 below low 9', ''],
    [
      'open outside',
      [row(0, '13,12,9,11,5')],
      'line 2: found open 13 outside low 9 to high 12',
      '',
    ],
    [
      'close outside',
      [row(0, '10,12,9,8,5')],
      'line 2: found close 8 outside low 9 to high 12',
      '',
    ],
    ['negative volume', [row(0, '10,12,9,11,-1')], 'line 2: found volume -1, expected 0', ''],
    [
      'a repeated time',
      [row(0), row(0)],
      `line 3: found timestamp ${start} (2020-09-13T12:27:00.000Z) a second time`,
      '',
    ],
    [
      'falling times',
      [row(1), row(0)],
      `line 3: found timestamp ${start} (`,
      'expected the oldest candle first',
    ],
    [
      'overlap',
      [row(0), row(0.5)],
      'line 3: found a candle only 30000 ms after',
      'the timeframe 1m',
    ],
    [
      'seconds',
      ['1600000020,1,1,1,1,1', '1600000080,1,1,1,1,1'],
      'line 3: found a candle only 60 ms',
      'seconds?',
    ],
    [
      'microseconds',
      ['1600000020000000,1,1,1,1,1'],
      'line 2: found timestamp 1600000020000000 (microseconds?)',
      '',
    ],
    ['nanoseconds', ['1600000020000000000,1,1,1,1,1'], 'line 2: found timestamp', 'nanoseconds?'],
    [
      'a date',
      ['2020-09-13,1,1,1,1,1'],
      'line 2: found timestamp "2020-09-13", expected a number',
      '',
    ],
    [
      'half a ms',
      ['1600000020000.5,1,1,1,1,1'],
      'line 2: found timestamp 1600000020000.5',
      'epoch milliseconds',
    ],
  ])('is refused for %s', (_, lines, found, expected) => {
    const refusal = refusalOf(lines);
    expect(refusal).toBeInstanceOf(UserError);
    expect(refusal).toMatchObject({ exitCode: 1 });
    const message = String(refusal);
    expect(message).toContain(`x.csv, ${found}`);
    expect(message).toContain(expected);
    expect(message).not.toContain('\n');
  });
});
