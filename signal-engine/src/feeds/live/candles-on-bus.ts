import {
  type Candle,
  candleOf,
  liveTape,
  MarketEvent,
  parseEvent,
  PermanentError,
  subjects,
} from '@heliograph/contracts';
import type { StoredMessage } from '@heliograph/contracts/bus';
import type { Instrument } from '../feed.ts';
import { followMarket } from './follow-market.ts';
import type { LiveInstant, LiveOptions } from './live-feed.ts';
import { createMarketLetters } from './market-letters.ts';

export interface OnBusOptions extends LiveOptions {
  /** What is read, with wildcards. */
  readonly subject: string;
  /** What of it is wanted, by subject. */
  readonly instruments: ReadonlyMap<string, Instrument>;
}

/** The candles that others publish, each with its place in MARKET. */
export async function* candlesOnBus(options: OnBusOptions): AsyncGenerator<LiveInstant> {
  const { bus, subject, instruments, afterMs, signal, log } = options;
  const letters = createMarketLetters({ bus, log, afterSequence: await endOf(options) });
  for await (const item of followMarket({ bus, subject, fromMs: afterMs, signal, log })) {
    if (item === 'quiet' || !instruments.has(item.subject)) continue;
    const candle = letters.read(item, candleIn);
    if (candle && candle.closeTime > afterMs)
      yield { time: candle.closeTime, candles: [candle], sequence: item.sequence };
  }
}

/** The last place in MARKET; a server that is away is waited for by whoever reads. */
export function endOf({ bus }: Pick<LiveOptions, 'bus'>): Promise<number> {
  return bus.lastSequence('MARKET').catch(() => 0);
}

/** @throws PermanentError when it is none; undefined where it is of a recording */
function candleIn({ subject, body }: StoredMessage): Candle | undefined {
  const event = parseEvent(MarketEvent, body);
  if (event.type !== 'candle_closed')
    throw new PermanentError('INVALID_EVENT', `${event.type} is no candle`);
  if (event.data.tape.id !== liveTape) return undefined;
  if (subjects.candle(event.data) !== subject)
    throw new PermanentError(
      'WRONG_SUBJECT',
      `a candle of ${event.data.symbol} ${event.data.timeframe} at ${event.data.venue} was published on ${subject}`,
    );
  return candleOf(event);
}
