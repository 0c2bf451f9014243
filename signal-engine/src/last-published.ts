import {
  liveTape,
  MarketEvent,
  parseEvent,
  PermanentError,
  subjects,
  toMs,
} from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { lastValueFrom, reduce } from 'rxjs';
import type { Instrument } from './feeds/feed.ts';

/** How far back in MARKET the last candle of an instrument is looked for. */
const lookBack = 50_000;

/** The last candle of an instrument that was published, and its place in MARKET. */
export interface Published {
  readonly closeMs: number;
  readonly sequence: number;
}

/**
 * The last candle on the live tape, if it is among the newest messages of the market. Whatever somebody has published there of a time that
 * has not come would keep the engine silent until then.
 */
export async function lastPublished(
  bus: Bus,
  instrument: Instrument,
  latestMs: number,
): Promise<Published | undefined> {
  const last = await bus.lastSequence('MARKET');
  if (last === 0) return undefined;
  const candles$ = bus.read({
    stream: 'MARKET',
    subject: subjects.candle(instrument),
    from: { sequence: Math.max(1, last - lookBack) },
  });
  return lastValueFrom(
    candles$.pipe(
      reduce((found: Published | undefined, { body, sequence }) => {
        const closeMs = liveCloseOf(body);
        return closeMs === undefined || closeMs > latestMs ? found : { closeMs, sequence };
      }, undefined),
    ),
    { defaultValue: undefined },
  );
}

/** Anybody may publish there: what is no candle of the live tape is passed over. */
function liveCloseOf(body: string): number | undefined {
  try {
    const event = parseEvent(MarketEvent, body);
    const isLive = event.type === 'candle_closed' && event.data.tape.id === liveTape;
    return isLive ? toMs(event.data.closeTime) : undefined;
  } catch (error) {
    if (error instanceof PermanentError) return undefined;
    throw error;
  }
}
