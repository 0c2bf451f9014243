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
