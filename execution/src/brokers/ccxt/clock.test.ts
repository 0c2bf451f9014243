import { expect, test } from 'vitest';
import { aClock } from '../../testing/clocks.ts';
import { createVenueClock } from './clock.ts';

const hourMs = 3_600_000;

function aVenue(fetchTime?: () => Promise<number>) {
  const options: Record<string, unknown> = {};
  return {
    has: { fetchTime: fetchTime !== undefined },
    options,
    milliseconds: () => 0,
    fetchTime: fetchTime ?? (() => Promise.reject(new Error('it does not tell'))),
  };
}

test('a venue that wants rising numbers gets them, whatever the wall clock does', async () => {
  const clock = aClock();
  const venue = aVenue();
  const venueClock = createVenueClock(venue, clock);
  await venueClock.compare();
  const before = venue.milliseconds();
  clock.jump(-hourMs);
  clock.pass(10);
  expect(venue.milliseconds()).toBe(before + 10);
  expect(venueClock.offsetMs(), 'how far its clock is ahead is not known').toBe(0);
});

test("a venue's clock is as far ahead as it is when that is asked for", async () => {
  const clock = aClock();
  const venue = aVenue(async () => clock.steadyMs() + 700);
  const venueClock = createVenueClock(venue, clock);
  await venueClock.compare();
  expect(venueClock.offsetMs()).toBe(700);
  clock.jump(hourMs);
  clock.pass(5_000);
  expect(venueClock.offsetMs()).toBe(700 - hourMs);
  expect(venue.milliseconds() - Number(venue.options['timeDifference'])).toBe(
    clock.steadyMs() + 700,
  );
});
