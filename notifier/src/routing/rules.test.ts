import { expect, test } from 'vitest';
import { aMessage } from '../testing/a-message.ts';
import { loudnessOf, type Rules, type ToldKind } from './rules.ts';

function told(
  kind: ToldKind,
  change: Partial<Rules> = {},
  { severity = 'info' as const, quiet = false, now = '2026-01-05T12:00:00Z' } = {},
) {
  const rules: Rules = { events: {}, atLeast: 'info', ...change };
  const message = aMessage('x', { severity, quiet });
  return loudnessOf(kind, message, { rules, nowMs: Date.parse(now) });
}

test('what no rule names is told as its message has it', () => {
  expect(told('order_filled')).toBe('sound');
  expect(told('signal_skipped', {}, { quiet: true })).toBe('silent');
});

test('a rule for its kind counts before everything else', () => {
  const events = { signal_skipped: 'off', order_filled: 'digest', summary: 'sound' } as const;
  expect(told('signal_skipped', { events })).toBe('off');
  expect(told('order_filled', { events, atLeast: 'error' })).toBe('digest');
  expect(told('summary', { events }, { quiet: true })).toBe('sound');
});

test('what is less grave than wanted is not told', () => {
  expect(told('order_filled', { atLeast: 'success' })).toBe('off');
});

const night = { from: 22 * 60, to: 7 * 60, zone: 'Europe/Berlin' };
const noon = { from: 12 * 60, to: 13 * 60, zone: 'Europe/Berlin' };

test.each([
  [night, '2026-01-05T20:59:00Z', 'sound'],
  [night, '2026-01-05T21:00:00Z', 'silent'],
  [night, '2026-01-06T05:59:00Z', 'silent'],
  [night, '2026-01-06T06:00:00Z', 'sound'],
  [noon, '2026-01-05T11:30:00Z', 'silent'],
  [noon, '2026-01-05T12:00:00Z', 'sound'],
] as const)('in quiet hours of %j nothing sounds: %s', (quietHours, now, expected) => {
  expect(told('order_filled', { quietHours }, { now })).toBe(expected);
});

test('what is urgent sounds in quiet hours as well', () => {
  const rules: Rules = { events: {}, atLeast: 'info', quietHours: night };
  const nowMs = Date.parse('2026-01-05T23:00:00Z');
  const message = aMessage('x', { severity: 'error' });
  expect(loudnessOf('incident_reported', message, { rules, nowMs })).toBe('sound');
});
