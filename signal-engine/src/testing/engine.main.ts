import { setTimeout as sleep } from 'node:timers/promises';
import { connectJetStreamBus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { z } from 'zod';
import type { LiveFeed } from '../feeds/live/live-feed.ts';
import { startLiveEngine } from '../live-engine.ts';
import { startSignalEngine } from '../signal-engine.ts';
import { feedOf } from './feed-of.ts';
import { restless, restlessCandles } from './restless-market.ts';

/** An engine as a process of its own, to be killed: a recording or a live market that anybody can compute. */
const { kind, server, count, beganMs, paceMs, instance } = z
  .object({
    kind: z.enum(['recording', 'live']),
    server: z.object({ url: z.string(), user: z.string(), password: z.string() }),
    count: z.int(),
    beganMs: z.number(),
    paceMs: z.number(),
    instance: z.string(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

const bus = await connectJetStreamBus({
  servers: server.url,
  credentials: { user: server.user, password: server.password },
  name: instance,
});
const candles = restlessCandles(count);
const common = {
  bus,
  strategy: restless,
  basePortfolio: 'paper',
  instance,
  log: createSilentLogger(),
};

const placeNow = (): number => Math.floor((Date.now() - beganMs) / paceMs);

/** The market's own: it always began with the first candle, whoever was there to see it. */
let clockMs = candles[0]?.openTime ?? 0;

const live: LiveFeed = {
  name: 'a market that anybody can compute',
  instruments: feedOf(candles).instruments,
  async *instants({ afterMs, signal }) {
    for (const [at, candle] of candles.entries()) {
      if (candle.closeTime <= afterMs) continue;
      while (at > placeNow() && !signal.aborted) await sleep(1);
      if (signal.aborted) return;
      clockMs = candle.closeTime;
      yield { time: candle.closeTime, candles: [candle] };
    }
  },
};

const engine =
  kind === 'recording'
    ? await startSignalEngine({
        ...common,
        feed: feedOf(candles),
        pace: 'free',
        speed: 60_000 / paceMs,
      })
    : await startLiveEngine({
        ...common,
        feed: live,
        mode: 'paper',
        warmUp: 60,
        nowMs: () => clockMs,
      });
process.stdout.write('started\n');
await engine.finished;
await bus[Symbol.asyncDispose]();
