import { canonicalJson, deterministicId, UserError } from '@heliograph/contracts';
import type { Instant, Instrument, RecordedFeed } from '@heliograph/signal-engine';
import {
  pricesOf,
  timeOfPrice,
  type PortfolioRow,
  type RecordedPrice,
} from '@heliograph/trade-log';
import type { Database } from './trade-log-options.ts';

const instantsAtOnce = 1_000;

/**
 * The candles that a logged run was played, as files of them would be; no later ones than `last` in MARKET. What it says it
 * goes up to brings the same ones again, whatever the log has got since.
 * @throws UserError with exit code 1 when there are none
 */
export function openLogFeed(
  database: Database,
  { portfolio, tape }: Pick<PortfolioRow, 'portfolio' | 'tape'>,
  last = Number.MAX_SAFE_INTEGER,
): RecordedFeed & { readonly upToSequence: number } {
  const span = { portfolio, from: 0, to: Number.MAX_SAFE_INTEGER };
  let upToSequence = last;
  const prices = () =>
    pricesOf(database, { ...span, last: upToSequence, kind: 'candle', order: 'time' });
  const instruments = new Map<string, Instrument>();
  let candles = 0;
  let firstTime = Infinity;
  let lastTime = -Infinity;
  let lastSequence = 0;
  for (const price of prices()) {
    if (price.kind !== 'candle') continue;
    const { venue, symbol, timeframe, openTime, closeTime } = price.candle;
    instruments.set(`${venue} ${symbol} ${timeframe}`, { venue, symbol, timeframe });
    candles++;
    lastSequence = Math.max(lastSequence, price.sequence);
    firstTime = Math.min(firstTime, openTime);
    lastTime = Math.max(lastTime, closeTime);
  }
  if (candles === 0)
    throw new UserError(`--run ${portfolio}: the log has no candles of it`, { exitCode: 1 });
  upToSequence = lastSequence;
  return {
    upToSequence,
    identity: deterministicId('logged-candles', canonicalJson({ tape, candles, lastTime })),
    instruments: [...instruments.values()],
    chunks: () => chunksOf(prices()),
    inspect: async () => ({ candles, firstTime, lastTime, gaps: 0 }),
  };
}

async function* chunksOf(prices: Iterable<RecordedPrice>): AsyncGenerator<readonly Instant[]> {
  let chunk: Instant[] = [];
  let instant: { time: number; candles: Instant['candles'][number][] } | undefined;
  for (const price of prices) {
    if (price.kind !== 'candle') continue;
    const time = timeOfPrice(price);
    if (instant?.time !== time) {
      if (chunk.length >= instantsAtOnce) {
        yield chunk;
        chunk = [];
      }
      chunk.push((instant = { time, candles: [] }));
    }
    instant.candles.push(price.candle);
  }
  if (chunk.length > 0) yield chunk;
}
