import type { CcxtVenue } from './load-venue.ts';

const samples = 5;

/**
 * How far the venue's clock is ahead, by the sample that was there and back in the least time. 0 where a venue does not
 * tell its time.
 */
export async function measureOffsetMs(venue: CcxtVenue, nowMs: () => number): Promise<number> {
  if (venue.has['fetchTime'] !== true) return 0;
  let best = { tripMs: Infinity, offsetMs: 0 };
  for (let sample = 0; sample < samples; sample++) {
    const startMs = nowMs();
    const venueMs = Number(await venue.fetchTime());
    const tripMs = nowMs() - startMs;
    if (tripMs < best.tripMs) best = { tripMs, offsetMs: venueMs - startMs - tripMs / 2 };
  }
  return Math.round(best.offsetMs);
}
