import { toTime, UserError } from '@heliograph/contracts';
import { openRecordedFeed, type FeedOverrides, type RecordedFeed } from '@heliograph/signal-engine';
import { openDatabase, type Pruning } from '@heliograph/trade-log';
import { z } from 'zod';
import { exitCodes } from './exit.ts';
import { feedOverrides } from './options/feed-options.ts';
import { readOptions, type Invocation } from './invocation.ts';
import { openLogFeed } from './log-feed.ts';
import { DatabaseOptions, findPortfolio } from './options/trade-log-options.ts';

/** Where the candles of a backtest come from; plain data, for it goes to other threads. */
export type CandleSource =
  | {
      readonly kind: 'recording';
      readonly paths: readonly string[];
      readonly overrides: FeedOverrides;
    }
  | {
      readonly kind: 'log';
      readonly path: string;
      readonly run: string;
      /** In MARKET: what a log that is written to has got since is not looked at. Default: all that is there. */
      readonly upToSequence?: number | undefined;
    };

const SourceOptions = z.object({
  candles: z.array(z.string()).optional(),
  run: z.string().optional(),
});

/** @throws UserError with exit code 2 unless it is either candle files or a logged run, the latter without overrides */
export function readCandleSource(invocation: Invocation): CandleSource {
  const { candles: paths, run } = readOptions(invocation, SourceOptions);
  if (paths !== undefined && run === undefined)
    return { kind: 'recording', paths, overrides: feedOverrides(invocation) };
  if (paths === undefined && run !== undefined) {
    const [override] = Object.keys(feedOverrides(invocation));
    if (override !== undefined)
      throw new UserError(`--${override}: a logged run is played as it was; leave it out`, {
        exitCode: exitCodes.usage,
      });
    return { kind: 'log', path: readOptions(invocation, DatabaseOptions).db, run };
  }
  throw new UserError(
    '--candles: name a candle file, or a folder of them, or with --run a logged run whose candles are played',
    { exitCode: exitCodes.usage },
  );
}

/** What candles are played from; disposing closes it. */
interface OpenCandleSource extends Disposable {
  readonly feed: RecordedFeed;
  /** Means the very candles that are there now. */
  readonly source: CandleSource;
  /** By what candles from before the first one are gone. */
  readonly pruned?: Pruning | undefined;
}

/** @throws UserError where there are none */
export async function openCandleSource(source: CandleSource): Promise<OpenCandleSource> {
  if (source.kind === 'recording') {
    const feed = await openRecordedFeed(source.paths, source.overrides);
    return { feed, source, [Symbol.dispose]: () => undefined };
  }
  const database = openDatabase(source.path, { readOnly: true });
  try {
    const row = findPortfolio(database, source.run, '--run');
    if (!row) throw new UserError('--run: the log has no portfolio', { exitCode: exitCodes.usage });
    const { upToSequence, pruned, ...feed } = openLogFeed(database, row, source.upToSequence);
    return {
      feed,
      source: { ...source, run: row.portfolio, upToSequence },
      pruned,
      [Symbol.dispose]: () => void database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** What is said, and what `--json` has, of a logged run whose candles are not all there any more. */
export async function tellPruned(
  { terminal }: Invocation,
  { feed, source, pruned }: OpenCandleSource,
): Promise<{ prunedBefore?: number | null; prunedTime?: number | null }> {
  if (source.kind !== 'log') return {};
  if (!pruned) return { prunedBefore: null, prunedTime: null };
  const { firstTime } = await feed.inspect();
  terminal.note(
    `The candles of ${source.run} before ${toTime(firstTime)} were pruned on ${toTime(pruned.time)}: what is left is played, a backup has the rest.`,
  );
  return { prunedBefore: firstTime, prunedTime: pruned.time };
}
