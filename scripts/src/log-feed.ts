import { canonicalJson, deterministicId, toTime, UserError } from '@heliograph/contracts';
import type { Instant, Instrument, RecordedFeed } from '@heliograph/signal-engine';
import {
  candlesPruned,
  pricesOf,
  timeOfPrice,
  type PortfolioRow,
  type Pruning,
  type RecordedPrice,
} from '@heliograph/trade-log';
import type { Database } from './options/trade-log-options.ts';

const instantsAtOnce = 1_000;

export interface LogFeed extends RecordedFeed {
  /** No later ones in MARKET are played. */
  readonly upToSequence: number;
  /** By what candles from before the first one are gone. */
  readonly pruned: Pruning | undefined;
}

/**
 * The candles that a logged run was played, as files of them would be; no later ones than `last` in MARKET. What it says it
 * goes up to brings the same ones again, whatever the log has got since.
 * @throws UserError with exit code 1 when there are none
 */
export function openLogFeed(
  database: Database,
  row: Pick<PortfolioRow, 'portfolio' | 'tape' | 'end'>,
  last = Number.MAX_SAFE_INTEGER,
): LogFeed {
  const { portfolio, tape } = row;
  let upToSequence = last;
  const prices = () =>
    pricesOf(database, { portfolio, last: upToSequence, kind: 'candle', order: 'time' });
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
  const pruned = candlesPruned(database, row, candles);
  if (candles === 0)
    throw new UserError(
      pruned
        ? `--run ${portfolio}: its candles were pruned on ${toTime(pruned.time)}: a backup has them`
        : `--run ${portfolio}: the log has no candles of it`,
      { exitCode: 1 },
    );
  upToSequence = lastSequence;
  return {
    upToSequence,
    pruned,
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
