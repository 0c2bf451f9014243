import { SymbolName, Timeframe, timeframeMs, Venue } from '@heliograph/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { candleHeader } from '../feeds/candle-rows.ts';
import { createCandleCheck, type CheckLimits } from './candle-check.ts';

const instrument = {
  venue: Venue.parse('binance'),
  symbol: SymbolName.parse('BTC/USDT'),
  timeframe: Timeframe.parse('1m'),
};
const spanMs = timeframeMs(instrument.timeframe);
const beginMs = Date.UTC(2024, 0, 5);

function check(lines: readonly string[], limits: Partial<CheckLimits> = {}) {
  const checker = createCandleCheck(instrument, {
    maxJumpRatio: 0.2,
    limit: 5,
    nowMs: beginMs + 1_000 * spanMs,
    ignored: [],
    ...limits,
  });
  for (const line of [candleHeader, ...lines]) checker.line(line);
  return checker.end();
}

const row = (minute: number, prices = '100,102,99,101,3'): string =>
  `${beginMs + minute * spanMs},${prices}`;

/** The kinds that are found, with their lines. */
const found = (...args: Parameters<typeof check>) =>
  check(...args).findings.map(({ kind, line }) => (line === undefined ? kind : `${kind} ${line}`));

describe('a candle file', () => {
  test('that is whole has nothing wrong', () => {
    const { findings, ...facts } = check([row(0), row(1), row(2, '101,101,101,101,0')]);
    expect(findings).toEqual([]);
    expect(facts).toMatchObject({
      candles: 3,
      from: beginMs,
      to: beginMs + 3 * spanMs,
      missing: 0,
      withoutVolume: 1,
    });
  });

  test.each<[string, string[], string[]]>([
    ['a gap', [row(0), row(1), row(4)], ['gap']],
    ['a repeat', [row(0), row(1), row(1), row(2)], ['duplicate 4']],
    ['a repeat of long ago', [row(0), row(1), row(2), row(0)], ['duplicate 5']],
    ['one that comes late, and is no gap', [row(0), row(2), row(1), row(3)], ['disorder 4']],
    ['a high below a low', [row(0), row(1, '100,98,99,100,3')], ['impossible 3']],
    ['a price that is none', [row(0), row(1, 'NaN,102,99,101,3')], ['impossible 3']],
    ['a negative volume', [row(0, '100,102,99,101,-1')], ['impossible 2']],
    ['a jump', [row(0), row(1, '140,141,139,140,3')], ['jump 3']],
    ['a line that is none', [row(0), 'garbage', '', row(1)], ['unreadable 3']],
    ['a time that is none', [row(0), 'x,100,102,99,101,3'], ['unreadable 3']],
    ['one from the future', [row(0), row(9_999)], ['future 3']],
    ['one between others', [row(0), row(1), row(2), row(2.2), row(3)], ['timeframe 5']],
    ['another timeframe', [row(0), row(5), row(10)], ['timeframe']],
  ])('%s', (_, lines, expected) => {
    const sorted = found(lines).toSorted();
    expect(sorted).toEqual(expected.toSorted());
  });

  test('without a header, or in seconds', () => {
    const checker = createCandleCheck(instrument, {
      maxJumpRatio: 0.2,
      limit: 5,
      nowMs: Date.now(),
      ignored: [],
    });
    for (const minute of [0, 1, 2]) checker.line(`${1_704_412_800 + minute * 60},1,1,1,1,1`);
    const { candles, findings } = checker.end();
    expect(candles).toBe(3);
    expect(findings.map(({ kind }) => kind)).toEqual(['header', 'timeframe']);
    expect(findings[1]?.text).toContain('timestamps in seconds?');
  });

  test('tells no more of a kind than is wanted, and counts them all', () => {
    const lines = [row(0), ...Array.from({ length: 9 }, () => row(0)), row(5)];
    const { counts, findings, missing } = check(lines, { limit: 2, ignored: ['gap'] });
    expect(counts).toMatchObject({ duplicate: 9, gap: 0 });
    expect(missing).toBe(4);
    expect(findings).toHaveLength(2);
  });
});

test('in whatever order its candles come, the gaps are those that are missing', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40), { minLength: 1 }), (minutes) => {
      const { counts, candles, missing } = check(minutes.map((minute) => row(minute)));
      const distinct = new Set(minutes);
      const range = Math.max(...minutes) - Math.min(...minutes) + 1;
      expect(candles).toBe(minutes.length);
      expect(counts.duplicate).toBe(minutes.length - distinct.size);
      // Where most are not one after the other, the timeframe is wrong, and not the gaps.
      expect(counts.timeframe > 0 ? 0 : range - distinct.size).toBe(missing);
    }),
  );
});

test('however a line is mangled, the check goes on', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.string(),
          fc.nat(50).map((at) => row(at)),
        ),
      ),
      (lines) => {
        expect(() => check(lines.map((line) => line.replaceAll(/[\r\n]/g, '')))).not.toThrow();
      },
    ),
  );
});
