import {
  Side,
  timeframeMs,
  toTime,
  type CheckedRequest,
  type QueryResult,
  type SymbolName,
  type Timeframe,
  type Venue,
} from '@heliograph/contracts';
import type { Database } from 'better-sqlite3';
import { portfolioNamed } from './pages.ts';
import { readCandles, readFills } from './queries.ts';
import { QueryRefused } from './query-refused.ts';

interface Series {
  readonly venue: Venue;
  readonly symbol: SymbolName;
  readonly timeframe: Timeframe;
}

/**
 * The last candles of a symbol, and the fills since the first of them.
 * @throws QueryRefused NOT_FOUND where there are no candles of it; the message names those that there are
 */
export function readChart(
  database: Database,
  { portfolio: name, symbol, timeframe, candles: limit }: CheckedRequest<'chart'>,
): QueryResult<'chart'> {
  const { portfolio, tape } = portfolioNamed(database, name);
  const all = seriesOf(database, tape);
  const [series] = all
    .filter((one) => one.symbol === symbol && one.timeframe === (timeframe ?? one.timeframe))
    .toSorted((a, b) => timeframeMs(a.timeframe) - timeframeMs(b.timeframe));
  if (!series) throw new QueryRefused('NOT_FOUND', notThere({ symbol, timeframe }, all));
  const candles = readCandles(database, { tape, ...series, limit });
  const from = candles[0]?.openTime ?? 0;
  return {
    portfolio,
    ...series,
    candles: candles.map(({ closeTime, open, high, low, close }) => [
      toTime(closeTime),
      Number(open),
      Number(high),
      Number(low),
      Number(close),
    ]),
    fills: readFills(database, { portfolio, symbol, from }).map(
      ({ time, side, price, quantity }) => ({
        time: toTime(time),
        side: Side.parse(side),
        price,
        quantity,
      }),
    ),
  };
}

function notThere(
  { symbol, timeframe }: { symbol: string; timeframe: string | undefined },
  all: readonly Series[],
): string {
  const known = [...new Set(all.map((one) => `${one.symbol} ${one.timeframe}`))];
  const there = known.length === 0 ? 'none are logged' : `logged are ${known.join(', ')}`;
  return `there are no candles of ${symbol}${timeframe === undefined ? '' : ` ${timeframe}`}; ${there}`;
}

/** Each series of a tape by one step in the index, however many candles it has. */
function seriesOf(database: Database, tape: string): Series[] {
  const next = database.prepare<unknown[], Series>(
    `SELECT venue, symbol, timeframe FROM candles
     WHERE tape = ? AND (venue, symbol, timeframe) > (?, ?, ?)
     ORDER BY venue, symbol, timeframe LIMIT 1`,
  );
  const series: Series[] = [];
  for (let last: readonly string[] = ['', '', '']; ;) {
    const found = next.get(tape, ...last);
    if (!found) return series;
    series.push(found);
    last = [found.venue, found.symbol, found.timeframe];
  }
}
