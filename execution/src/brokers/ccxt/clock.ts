import type { Clock } from '../../clock.ts';
import type { CcxtVenue } from './load-venue.ts';

const samples = 5;

/** A venue's clock. It goes on by the steady clock here: what is signed by it stays right when the wall clock is set. */
export interface VenueClock {
  /** Asks the venue for its time; nothing where it does not tell. */
  compare(): Promise<void>;
  /** How far it is ahead of the wall clock here, as that goes now; 0 where it is not known. */
  offsetMs(): number;
}

export function createVenueClock(
  venue: Pick<CcxtVenue, 'has' | 'options' | 'milliseconds' | 'fetchTime'>,
  { nowMs, steadyMs }: Clock,
): VenueClock {
  const tells = venue.has['fetchTime'] === true;
  let aheadMs: number | undefined;
  // Else a venue that wants rising numbers, as Bitfinex does, would take none for an hour after the wall clock was put back by it.
  venue.milliseconds = () => Math.round(steadyMs());
  return {
    async compare() {
      if (!tells) return;
      aheadMs = await measured(venue, steadyMs);
      // ccxt's own time for what it signs.
      venue.options['timeDifference'] = -Math.round(aheadMs);
    },
    offsetMs: () => (aheadMs === undefined ? 0 : Math.round(steadyMs() + aheadMs - nowMs())),
  };
}

/** How far the venue's clock is ahead of the steady one, by the sample that was there and back in the least time. */
async function measured(
  venue: Pick<CcxtVenue, 'fetchTime'>,
  steadyMs: () => number,
): Promise<number> {
  let best = { tripMs: Infinity, aheadMs: 0 };
  for (let sample = 0; sample < samples; sample++) {
    const startMs = steadyMs();
    const venueMs = Number(await venue.fetchTime());
    const tripMs = steadyMs() - startMs;
    if (tripMs < best.tripMs) best = { tripMs, aheadMs: venueMs - startMs - tripMs / 2 };
  }
  return best.aheadMs;
}
