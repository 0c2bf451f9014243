import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  healthOf,
  heldUpAfterMs,
  progressAfter,
  type AlertsSeen,
  type Progress,
} from './health.ts';

function after(...seen: readonly AlertsSeen[]) {
  const first = progressAfter(undefined, { told: 0, untold: 0, nowMs: 0 });
  return healthOf(
    seen.reduce((before: Progress, one) => progressAfter(before, one), first),
    [],
    0,
  );
}

test('nothing to tell is well, for however long', () => {
  expect(after({ told: 0, untold: 0, nowMs: 1e9 })).toMatchObject({
    isWell: true,
    alerts: { heldUpMs: 0 },
  });
});

test('alerts of which none gets through for two minutes are held up', () => {
  const waiting = { told: 7, untold: 3 };
  const nowMs = heldUpAfterMs + 1_000;
  expect(after({ ...waiting, nowMs: 1_000 }, { ...waiting, nowMs: nowMs - 1 }).isWell).toBe(true);
  const heldUp = after({ ...waiting, nowMs: 1_000 }, { ...waiting, untold: 9, nowMs });
  expect(heldUp).toMatchObject({ isWell: false, alerts: { untold: 9, heldUpMs: heldUpAfterMs } });
  expect(after({ ...waiting, nowMs: 1_000 }, { told: 8, untold: 9, nowMs }).isWell).toBe(true);
});

test('a message server that cannot be asked is not well, nor is a service that is silent', () => {
  const lost = after({ told: 0, untold: undefined, nowMs: 1 });
  expect(lost).toMatchObject({ isWell: false, messageServer: 'lost', alerts: { untold: null } });
  const progress = progressAfter(undefined, { told: 0, untold: 0, nowMs: 1 });
  const beats = [
    { service: 'execution/one', seenMs: 0, isSilent: true },
    { service: 'notifier/one', seenMs: 0, isSilent: false },
  ];
  expect(healthOf(progress, beats, 0)).toMatchObject({
    isWell: false,
    services: [{ service: 'execution/one', isSilent: true }, { isSilent: false }],
  });
});

test('what moves is never held up, whatever comes beside', () => {
  const step = fc.record({
    told: fc.integer({ min: 1, max: 5 }),
    untold: fc.nat(50),
    afterMs: fc.integer({ min: 0, max: heldUpAfterMs - 1 }),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), (steps) => {
      let told = 0;
      let nowMs = 0;
      const seen = steps.map((one) => ({
        told: (told += one.told),
        untold: one.untold,
        nowMs: (nowMs += one.afterMs),
      }));
      expect(after(...seen).isWell).toBe(true);
    }),
  );
});
