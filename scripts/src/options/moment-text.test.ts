import { expect, test } from 'vitest';
import { MomentText, pastMomentText } from './moment-text.ts';

const now = Date.parse('2026-03-01T00:00:00Z');
const past = pastMomentText(() => now);

test.each([
  ['90d', Date.parse('2025-12-01T00:00:00Z')],
  ['12h', Date.parse('2026-02-28T12:00:00Z')],
  ['0', now],
  ['2026-01-01', Date.parse('2026-01-01T00:00:00Z')],
  ['2026-01-01T10:00:00Z', Date.parse('2026-01-01T10:00:00Z')],
])('%s is a time that has been', (text, moment) => {
  expect(past.parse(text)).toBe(moment);
});

test.each([
  ['soon', /how long ago as 90d/],
  ['', /how long ago as 90d/],
  ['2026-03-02', /a time that has been/],
])('%j is none', (text, message) => {
  expect(past.safeParse(text).error?.issues[0]?.message).toMatch(message);
});

test('a moment is a time or a date', () => {
  expect(MomentText.parse('2026-01-01')).toBe(Date.parse('2026-01-01T00:00:00Z'));
  expect(MomentText.safeParse('90d').success).toBe(false);
});

test('a time is that of UTC unless it says another one, wherever the machine is', () => {
  const zone = process.env['TZ'];
  process.env['TZ'] = 'America/New_York';
  try {
    const moment = Date.parse('2025-03-09T02:30:00Z');
    for (const text of [
      '2025-03-09 02:30',
      '2025-03-09T02:30',
      '2025-03-09T02:30Z',
      '2025-03-09T02:30:00.000',
    ])
      expect([text, MomentText.parse(text), past.parse(text)]).toEqual([text, moment, moment]);
    expect(MomentText.parse('2025-03-09T04:30:00+02:00')).toBe(moment);
    expect(MomentText.parse('2025-03-08 21:30:00-05:00')).toBe(moment);
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
});

test.each(['2026-02-30', '2014-06-31', '2026-02-29 12:00', '2026-13-01', '2026', 'June 1', '1'])(
  '%s is no time',
  (text) => {
    expect(MomentText.safeParse(text).success).toBe(false);
    expect(past.safeParse(text).success).toBe(false);
  },
);
