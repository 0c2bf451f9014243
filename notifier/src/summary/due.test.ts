import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { lastDue, type SummaryTimes } from './due.ts';
import { instantOf, localTime, weekdayOf } from '../local-time.ts';

const berlin: SummaryTimes = { zone: 'Europe/Berlin', minuteOfDay: 8 * 60, weekday: 0 };

function due(kind: 'daily' | 'weekly', now: string, times = berlin) {
  const { date, fromMs, toMs } = lastDue(kind, times, Date.parse(now));
  return [date, new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
}

function hours(now: string): number {
  const { fromMs, toMs } = lastDue('daily', berlin, Date.parse(now));
  return (toMs - fromMs) / 3_600_000;
}

test('the day of a summary ends when it is due, by the clocks of its zone', () => {
  const eighth = ['2026-01-08', '2026-01-07T07:00:00.000Z', '2026-01-08T07:00:00.000Z'];
  expect(due('daily', '2026-01-08T07:00:00Z')).toEqual(eighth);
  expect(due('daily', '2026-01-09T06:59:59Z')).toEqual(eighth);
  expect(due('daily', '2026-01-09T07:00:00Z')[0]).toBe('2026-01-09');
});

test('a day has 23 or 25 hours where the clocks change', () => {
  expect(hours('2026-03-29T12:00:00Z')).toBe(23);
  expect(hours('2026-10-25T12:00:00Z')).toBe(25);
  expect(hours('2026-10-26T12:00:00Z')).toBe(24);
});

test('the weekly one is due on its weekday', () => {
  // 2026-01-05 is a Monday.
  const monday = ['2026-01-05', '2025-12-29T07:00:00.000Z', '2026-01-05T07:00:00.000Z'];
  expect(due('weekly', '2026-01-05T07:00:00Z')).toEqual(monday);
  expect(due('weekly', '2026-01-12T06:59:00Z')).toEqual(monday);
  expect(due('weekly', '2026-01-12T06:59:00Z', { ...berlin, weekday: 6 })[0]).toBe('2026-01-11');
});

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Chatham'];
const moment = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 0) });

test('what is due is past, spans follow on each other, and none is left out', () => {
  fc.assert(
    fc.property(
      moment,
      fc.constantFrom(...zones),
      fc.nat(24 * 60 - 1),
      fc.nat(6),
      fc.constantFrom('daily' as const, 'weekly' as const),
      (nowMs, zone, minuteOfDay, weekday, kind) => {
        const times = { zone, minuteOfDay, weekday };
        const last = lastDue(kind, times, nowMs);
        expect(last.toMs).toBeLessThanOrEqual(nowMs);
        expect(last.fromMs).toBeLessThan(last.toMs);
        expect(kind === 'daily' || weekdayOf(last.date) === weekday).toBe(true);
        expect(lastDue(kind, times, last.toMs)).toEqual(last);
        expect(lastDue(kind, times, last.toMs - 1).toMs, 'the one before').toBe(last.fromMs);
      },
    ),
  );
});

test('clocks show what an instant was taken from', () => {
  fc.assert(
    fc.property(moment, fc.constantFrom(...zones), (ms, zone) => {
      const minute = Math.floor(ms / 60_000) * 60_000;
      const shown = localTime(minute, zone);
      // In the hour that comes twice it is one of the two.
      expect(localTime(instantOf(shown, zone), zone)).toEqual(shown);
      expect(Math.abs(instantOf(shown, zone) - minute)).toBeLessThanOrEqual(3_600_000);
    }),
  );
});
