import { UserError, type Mode } from '@heliograph/contracts';
import type { Logger } from '@heliograph/contracts/service';
import {
  isCcxtFeed,
  isNatsFeed,
  openCcxtFeed,
  openNatsFeed,
  streamModes,
  type FeedContents,
  type LiveFeed,
  type RecordedFeed,
  type Speed,
} from '@heliograph/signal-engine';
import { z } from 'zod';
import type { Env } from './options/env.ts';
import type { BasePortfolioOptions } from './options/execution-options.ts';
import { SpeedText, watchableSpeed } from './options/feed-options.ts';
import { openFeed } from './open-feed.ts';
import { readOptions, type Invocation } from './invocation.ts';
import { atServer } from './at-server.ts';

/** What a run plays: a recording on a tape of its own, or a market as it happens. */
export type Market = Recording | LiveMarket;

interface Recording {
  readonly kind: 'recording';
  readonly feed: RecordedFeed;
  readonly contents: FeedContents;
  readonly speed: Speed;
  readonly pace: 'settled' | 'free';
}

interface LiveMarket {
  readonly kind: 'live';
  readonly feed: LiveFeed;
  readonly mode: Mode;
  /** How many candles the strategy sees before its first signal. */
  readonly warmUp: number;
}

const MarketOptions = z.object({
  feed: z.array(z.string()).optional(),
  mode: z.enum(['paper', 'live']).default('paper'),
  warmUp: z.coerce.number().int().min(0).max(5_000).default(200),
  stream: z.enum(streamModes).default('auto'),
  speed: SpeedText.optional(),
  untilEnd: z.boolean().default(false),
  pace: z
    .enum(['settled', 'none'])
    .transform((pace): 'settled' | 'free' => (pace === 'none' ? 'free' : pace)),
});

/**
 * Opens what `--feed` names: candle files, the demo without any, or a market.
 * @throws UserError that says what is wrong with it
 */
export async function openMarket(
  invocation: Invocation,
  { env, log, portfolios }: { env: Env; log: Logger; portfolios: readonly BasePortfolioOptions[] },
): Promise<Market> {
  const options = readOptions(invocation, MarketOptions);
  const { feed: names = [], mode, warmUp, untilEnd, pace } = options;
  const [market, ...others] = names.filter((name) => isCcxtFeed(name) || isNatsFeed(name));
  if (mode === 'paper' && !(market !== undefined && isNatsFeed(market)))
    refuseTradeTape(portfolios);
  if (market === undefined) {
    const feed = await openFeed(invocation, options.feed);
    const contents = await feed.inspect();
    const speed = options.speed ?? (untilEnd ? 'max' : watchableSpeed(feed));
    return { kind: 'recording', feed, contents, speed, pace };
  }
  if (others.length > 0 || names.length > 1)
    throw new UserError(
      '--feed: one market at a time, with its symbols between commas, and no files beside it',
      { exitCode: 2 },
    );
  if (untilEnd)
    throw new UserError('--until-end: a market has no end; leave it out', { exitCode: 2 });
  if (options.speed !== undefined)
    throw new UserError('--speed: a market has its own; leave it out', { exitCode: 2 });
  if (isNatsFeed(market)) return { kind: 'live', feed: openNatsFeed(market), mode, warmUp };
  const server = env.HELIOGRAPH_VENUE_URL;
  const redirect = server === undefined ? undefined : (url: string) => atServer(server, url);
  return {
    kind: 'live',
    feed: await openCcxtFeed(market, { log, redirect, mode: options.stream }),
    mode,
    warmUp,
  };
}

/** Candles of files and exchanges are published, and no trades: an order that waits for those would wait for ever. */
function refuseTradeTape(portfolios: readonly BasePortfolioOptions[]): void {
  const waiting = portfolios.find(({ settings }) => settings.paper?.tape === 'trades');
  if (waiting)
    throw new UserError(
      `--paper-tape trades: ${waiting.portfolio} would never be filled, for this feed puts no trades on the bus; leave it out, or take --feed nats-trades:… or nats:… where somebody publishes them`,
      { exitCode: 2 },
    );
}
