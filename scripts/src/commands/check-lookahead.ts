import { type Candle, toTime } from '@heliograph/contracts';
import {
  checkLookahead,
  checkServed,
  type RecordedFeed,
  type ConfiguredStrategy,
  type LookaheadReport,
} from '@heliograph/signal-engine';
import { z } from 'zod';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readStrategy } from '../options/feed-options.ts';
import { openFeed } from '../open-feed.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { count } from '../output/format.ts';

const CheckLookaheadOptions = z.object({
  candles: z.array(z.string(), 'name a candle file, or a folder of them'),
  limit: z
    .string()
    .regex(/^[1-9]\d{1,6}$/, 'expected how many candles of each symbol, at least 10')
    .transform(Number),
});

/** Plays candles through a strategy while what follows is changed: whatever it wanted before must stay. */
export async function checkLookaheadOf(invocation: Invocation): Promise<ExitCode> {
  const { candles: paths, limit } = readOptions(invocation, CheckLookaheadOptions);
  const strategy = await readStrategy(invocation);
  const feed = await openFeed(invocation, paths);
  checkServed(strategy, feed.instruments);
  const first = await firstCandles(feed, limit);
  const reports = [...first].map(([symbol, candles]) => ({
    symbol,
    ...checkLookahead(strategy, candles, othersOf(candles, first.values(), strategy)),
  }));
  const { terminal, json } = invocation;
  if (json) terminal.data(JSON.stringify({ strategy: strategy.name, symbols: reports }));
  else for (const report of reports) terminal.data(textOf(report));
  return reports.every(
    ({ findings, settles, signals }) => findings.length === 0 && settles && signals > 0,
  )
    ? exitCodes.ok
    : exitCodes.findings;
}

async function firstCandles(
  feed: RecordedFeed,
  limit: number,
): Promise<ReadonlyMap<string, readonly Candle[]>> {
  const bySymbol = new Map<string, Candle[]>();
  for await (const chunk of feed.chunks()) {
    for (const candle of chunk.flatMap(({ candles }) => candles)) {
      const key = `${candle.symbol} of ${candle.venue}`;
      const known = bySymbol.get(key) ?? [];
      if (known.length < limit) known.push(candle);
      bySymbol.set(key, known);
    }
    const full = [...bySymbol.values()].filter(({ length }) => length === limit).length;
    if (full === feed.instruments.length) break;
  }
  return bySymbol;
}

/** The candles of the other symbols of that venue that the strategy needs. */
function othersOf(
  [own]: readonly Candle[],
  all: Iterable<readonly Candle[]>,
  { needs }: ConfiguredStrategy,
): readonly Candle[] {
  return [...all]
    .flat()
    .filter(
      ({ venue, symbol }) =>
        venue === own?.venue && symbol !== own.symbol && needs.symbols.includes(symbol),
    );
}

function textOf(report: LookaheadReport & { readonly symbol: string }): string {
  const { symbol, candles, signals, findings, warmUpCandles, settles } = report;
  if (signals === 0 && findings.length === 0)
    return `${symbol}: NOTHING IS PROVEN, no signal in ${count(candles)} candles; give more of them`;
  return [
    `${symbol}: ${count(signals)} signals in ${count(candles)} candles`,
    findings.length === 0
      ? '  it does not look ahead: nothing that follows changes what it wanted'
      : '  IT KNOWS WHAT IT MUST NOT KNOW:',
    ...findings.map(({ change, time }) => `  ${change}: another decision at ${toTime(time)}`),
    settles
      ? `  it decides alike wherever it begins, after ${count(warmUpCandles)} candles`
      : `  IT DEPENDS ON WHERE IT BEGINS, still after ${count(warmUpCandles)} candles`,
  ].join('\n');
}
