import { expect, test } from 'vitest';
import { isTimeZone } from './time-zone.ts';

test('a time zone is one that the calendar knows', () => {
  expect(['Europe/Berlin', 'UTC', 'America/New_York'].map(isTimeZone)).toEqual([true, true, true]);
  expect(['Berlin', '', 'Mars/Base'].map(isTimeZone)).toEqual([false, false, false]);
});
