import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toTime, UserError } from '@heliograph/contracts';
import { startNatsServer } from '@heliograph/contracts/bus';
import { loadStrategy, openCandleFileFeed } from '@heliograph/signal-engine';
import { z } from 'zod';
import { readEnv } from '../env.ts';
import { readExecutionOptions } from '../execution-options.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { feedOptions, instrumentOptions, strategyOptions, watchableSpeed } from '../feed-options.ts';
import { followRun } from '../follow-run.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { NatsAddressText, type NatsAddress } from '../nats-address.ts';
import { createCommandLog } from '../output/command-log.ts';
import {
  createSink,
  firstFailure,
  openBus,
  runExecution,
  runNotifier,
  runSignalEngine,
  runTradeLog,
} from '../services.ts';

const StartOptions = z.object({
  ...feedOptions,
  ...instrumentOptions,
  ...strategyOptions,
  nats: NatsAddressText.optional(),
  dataDir: z.string().min(1, 'expected a folder'),
  db: z.string().min(1, 'expected a file').optional(),
  workers: z
    .string()
    .regex(/^([1-9]|[1-5]\d|6[0-4])$/, 'expected a number from 1 to 64')
    .transform(Number),
  untilEnd: z.boolean().default(false),
});

/** Ctrl-C means now: what is not told or logged by then is so at the next start. */
const drainWithinMs = 1_500;
const stopWithinMs = 10_000;

/** All services in this process, over a NATS server of our own or one that runs already. */
export async function start(invocation: Invocation): Promise<ExitCode> {
  const { strategy: name, param, feed: paths, symbol, timeframe, venue, ...options } = readOptions(
    invocation,
    StartOptions,
  );
  const env = readEnv();
  const { portfolio, settings } = await readExecutionOptions(invocation);
  const strategy = await loadStrategy(name, param);
  const feed = await openCandleFileFeed(paths, { symbol, timeframe, venue });
  const contents = await feed.inspect();
}
