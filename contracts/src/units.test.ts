import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Big,
  Decimal,
  EventId,
  exactly,
  Name,
  NonNegativeDecimal,
  PositiveDecimal,
  SymbolName,
  Time,
  Timeframe,
  timeframeMs,
  toDecimal,
  toNonNegative,
  toPositive,
  toMs,
  toTime,
  Venue,
} from './units.ts';

function scaled(units: bigint, places: number): Big {
  return new Big(`${units}e-${places}`);
}

function outcome(write: () => string): string {
  try {
    return write();
  } catch (error) {
    return String(error);
  }
}

const accepts = (schema: { safeParse(text: unknown): { success: boolean } }, text: unknown) =>
  schema.safeParse(text).success;

describe('Big', () => {
  test('refuses numbers, which may have been rounded already', () => {
    expect(() => new Big(0.1)).toThrow(TypeError);
    expect(() => new Big('1').plus(1)).toThrow(TypeError);
  });

  test('does not turn into a number by itself', () => {
    expect(() => Number(new Big('1'))).toThrow('valueOf disallowed');
  });

  test('cuts quotients, never rounds them up', () => {
    expect(new Big('2').div('3').toFixed()).toBe(`0.${'6'.repeat(24)}`);
    expect(new Big('-2').div('3').toFixed()).toBe(`-0.${'6'.repeat(24)}`);
  });
});

describe('decimals', () => {
  test.each(['0', '1', '-1', '0.25', '-0.5', '1.50', '0.00', '123456789012345678901234567890.1'])(
    'reads %s',
    (text) => {
      expect(Decimal.parse(text)).toBe(text);
    },
  );

  const hostile = [
    '',
    ' ',
    '1 ',
    ' 1',
    '1\n',
    '+1',
    '--1',
    '-',
    '01',
    '00',
    '-01',
    '1.',
    '.5',
    '-.5',
    '1..2',
    '1.2.3',
    '1e5',
    '1E-7',
    '0x10',
    '1,5',
    '1_000',
    'NaN',
    'Infinity',
    '-Infinity',
    'null',
    '１',
    '٣',
    '1\u0000',
    '½',
    '9'.repeat(65),
    1,
    0.1,
    null,
    undefined,
    ['1'],
    {},
  ];
  test.each(hostile.map((text) => [text]))('refuses %j', (text) => {
    for (const schema of [Decimal, PositiveDecimal, NonNegativeDecimal])
      expect(accepts(schema, text)).toBe(false);
  });

  test.each([
    ['1', true, true],
    ['10', true, true],
    ['0.1', true, true],
    ['0.000000001', true, true],
    ['10.00', true, true],
    ['0', false, true],
    ['0.0', false, true],
    ['-1', false, false],
    ['-0.1', false, false],
    ['-0', false, false],
  ])('knows the sign of %s', (text, positive, nonNegative) => {
    expect(accepts(Decimal, text)).toBe(true);
    expect(accepts(PositiveDecimal, text)).toBe(positive);
    expect(accepts(NonNegativeDecimal, text)).toBe(nonNegative);
  });

  test('every decimal text means a number, and its sign is that of the number', () => {
    const anyDecimal = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?$/);
    fc.assert(
      fc.property(anyDecimal, (text) => {
        const sign = new Big(Decimal.parse(text)).cmp('0');
        expect(accepts(PositiveDecimal, text)).toBe(sign > 0);
        expect(accepts(NonNegativeDecimal, text)).toBe(sign >= 0 && !text.startsWith('-'));
      }),
    );
  });

  // One that began anew at each of its letters would take a quarter of an hour.
  test('a long text is refused without delay', () => {
    expect(accepts(PositiveDecimal, `0.${'0'.repeat(1_000_000)}x`)).toBe(false);
  });

  test.each([
    [1e-7, '0.0000001'],
    [1e21, `1${'0'.repeat(21)}`],
    [1.5e-10, '0.00000000015'],
    [0.1, '0.1'],
    [0.1 + 0.2, '0.30000000000000004'],
    [-0, '0'],
    [123.4, '123.4'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ])('writes %d in plain notation', (value, text) => {
    expect(toDecimal(exactly(value))).toBe(text);
  });

  test('a number comes back as it was', () => {
    const ordinary = fc.double({ noNaN: true, min: -1e40, max: 1e40 });
    fc.assert(
      fc.property(
        ordinary.filter((value) => value === 0 || Math.abs(value) > 1e-40),
        (value) => {
          expect(Number(toDecimal(exactly(value)))).toBe(value + 0);
        },
      ),
    );
  });

  test('trailing zeros are cut', () => {
    expect(toDecimal(new Big('1.500'))).toBe('1.5');
    expect(toDecimal(new Big('100'))).toBe('100');
    expect(toDecimal(new Big('-0.00'))).toBe('0');
  });

  test.each([Number.NaN, Infinity, -Infinity])('there is no decimal for %d', (value) => {
    expect(() => exactly(value)).toThrow('Invalid');
  });

  test('what does not fit into 64 characters is refused, not cut', () => {
    expect(() => toDecimal(exactly(5e-324))).toThrow('64');
  });

  test('amounts are written as their schemas read them, or not at all', () => {
    const amounts = fc
      .tuple(
        fc.bigInt({ min: -(10n ** 70n), max: 10n ** 70n }).map((units) => units / 10n ** 20n),
        fc.nat(70),
      )
      .map(([units, places]) => scaled(units, places));
    const small = fc
      .tuple(fc.bigInt(-3n, 3n), fc.nat(70))
      .map(([units, places]) => scaled(units, places));
    fc.assert(
      fc.property(fc.oneof(amounts, small), (value) => {
        for (const [write, schema] of [
          [toDecimal, Decimal],
          [toPositive, PositiveDecimal],
          [toNonNegative, NonNegativeDecimal],
        ] as const)
          expect(outcome(() => write(value))).toBe(outcome(() => schema.parse(value.toFixed())));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('names', () => {
  test.each([
    [SymbolName, ['BTC/USDT', 'BTC/USDT:USDT', 'SPY', '1000PEPE/USDT']],
    [Venue, ['binance', 'binance-us', 'x', 'okx2']],
    [Name, ['sma-cross', 'my_model', 'A', '7up', 'x'.repeat(64)]],
    [EventId, ['a', 'x'.repeat(128), 'urn:uuid:0b1f6c7e-5f4e-4f0e-9d52-9a6f2f0f6c11']],
    [Timeframe, ['30s', '1m', '4h', '1d', '1w', '9999m']],
  ])('reads good ones', (schema, texts) => {
    for (const text of texts) expect(accepts(schema, text)).toBe(true);
  });

  test.each([
    [
      SymbolName,
      ['', 'btc/usdt', 'BTC-USDT', 'BTC/', '/USDT', 'BTC/USDT/X', 'BTC:USDT', 'B.C', '*'],
    ],
    [Venue, ['', 'Binance', '-x', 'a.b', 'a*', '>', 'x'.repeat(33)]],
    [Name, ['', '-x', '_x', 'a.b', 'a b', '*', '>', 'ä', 'x'.repeat(65), 'x\n']],
    [EventId, ['', 'a b', 'ä', 'x'.repeat(129), 'a\n', 'a\u0000']],
    [Timeframe, ['', '0m', '01m', '1', 'm', '1M', '1y', '10000m', '-1m', '1.5h']],
  ])('refuses bad ones', (schema, texts) => {
    for (const text of texts) expect(accepts(schema, text)).toBe(false);
  });
});

describe('timeframes', () => {
  test.each([
    ['30s', 30_000],
    ['1m', 60_000],
    ['4h', 14_400_000],
    ['1d', 86_400_000],
    ['2w', 1_209_600_000],
  ])('%s lasts %d ms', (text, ms) => {
    expect(timeframeMs(Timeframe.parse(text))).toBe(ms);
  });

  test('every timeframe lasts a whole number of seconds', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[1-9]\d{0,3}[smhdw]$/), (text) => {
        const ms = timeframeMs(Timeframe.parse(text));
        expect(Number.isSafeInteger(ms) && ms > 0 && ms % 1_000 === 0).toBe(true);
      }),
    );
  });
});

describe('times', () => {
  test.each(['2026-11-23T20:00:00Z', '2026-11-23T20:00:00.5Z', '2024-02-29T23:59:59.999999999Z'])(
    'reads %s',
    (text) => {
      expect(accepts(Time, text)).toBe(true);
    },
  );

  test.each([
    '',
    '2026-11-23',
    '2026-11-23T20:00:00',
    '2026-11-23T20:00Z',
    '2026-11-23 20:00:00Z',
    '2026-11-23T20:00:00+00:00',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T20:60:00Z',
    '2026-11-23T23:59:60Z',
    '1700000000000',
  ])('refuses %j', (text) => {
    expect(accepts(Time, text)).toBe(false);
  });

  test('a moment comes back as it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }), (ms) => {
        expect(toMs(Time.parse(toTime(ms)))).toBe(ms);
      }),
    );
  });
});
