import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { timeframeMs, toTime, UserError } from '@heliograph/contracts';
import {
  downloadCandles,
  openCcxtVenue,
  type Downloaded,
  type Instrument,
} from '@heliograph/signal-engine';
import { z } from 'zod';
import { atServer } from '../at-server.ts';
import { readEnv } from '../options/env.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { MomentText, pastMomentText } from '../options/moment-text.ts';
import { bar, count, duration, minute } from '../output/format.ts';
import type { Terminal } from '../output/terminal.ts';

const DownloadOptions = z.object({
  venue: z.string(),
  symbol: z
    .array(z.string(), 'name what is wanted, such as --symbol BTC/USDT')
    .transform((texts) => [...new Set(texts.flatMap((text) => text.split(',')))]),
  timeframe: z.string(),
  from: z
    .string('say since when, such as --from 2024-01-01 or --from 90d')
    .pipe(pastMomentText(Date.now)),
  to: MomentText.optional(),
  out: z.string(),
});

const stopWithinMs = 20_000;
const venueTries = 5;
/** Of a file's gaps, so many are told to people. */
const toldGaps = 10;

/** Brings the history of an exchange into candle files. What was interrupted goes on where it was. */
export async function download(invocation: Invocation): Promise<ExitCode> {
  const options = readOptions(invocation, DownloadOptions);
  const { terminal, json } = invocation;
  const toMs = options.to ?? Date.now();
  if (toMs <= options.from) throw new UserError('--to: it has to be after --from', { exitCode: 2 });
  using interrupts = listenForInterrupts({ stopWithinMs, json });
  const interrupted = new AbortController();
  void interrupts.first.then(() => interrupted.abort());
  const { signal } = interrupted;
  const server = readEnv().HELIOGRAPH_VENUE_URL;
  try {
    const venue = await openCcxtVenue(options.venue, {
      where: '--venue',
      redirect: server === undefined ? undefined : (url) => atServer(server, url),
      tries: venueTries,
      signal,
    });
    const instruments = options.symbol.map((symbol) => venue.instrument(symbol, options.timeframe));
    const files = await filesFor(instruments, options.out);
    const done: Downloaded[] = [];
    for (const [at, instrument] of instruments.entries()) {
      const file = files[at] ?? '';
      const period = { fromMs: options.from, toMs };
      const onProgress = showProgress(terminal, { instrument, ...period });
      const onPause = (why: string, ms: number): void =>
        terminal.note(`${instrument.symbol}: ${why}: asking again in ${duration(ms)}`);
      const result = await downloadCandles({
        venue,
        instrument,
        file,
        ...period,
        signal,
        onProgress,
        onPause,
      });
      terminal.endProgress();
      if (!json) terminal.data(textOf(result));
      done.push(result);
    }
    if (json) terminal.data(JSON.stringify({ files: done.map(viewOf) }));
    return exitCodes.ok;
  } catch (error) {
    if (!signal.aborted) throw error;
    terminal.note('stopped: what has come is kept, the same command goes on from there');
    return exitCodes.interrupted;
  } finally {
    terminal.endProgress();
  }
}

/** One file that is named, or a folder in which each symbol has one of its own. */
async function filesFor(instruments: readonly Instrument[], out: string): Promise<string[]> {
  const isFile = /\.csv(\.gz)?$/.test(out);
  if (isFile && instruments.length > 1)
    throw new UserError(`--out: several symbols want a folder (found ${out})`, { exitCode: 2 });
  const folder = isFile ? dirname(out) : out;
  try {
    await mkdir(folder, { recursive: true });
    if (isFile && (await stat(out).catch(() => undefined))?.isDirectory())
      throw new Error('it is a folder');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`--out ${out}: nothing can be written there (${why})`, {
      exitCode: 2,
      cause,
    });
  }
  return instruments.map((instrument) => (isFile ? out : join(folder, fileNameOf(instrument))));
}

function fileNameOf({ symbol, timeframe, venue }: Instrument): string {
  return `${symbol.replaceAll(/[/:]/g, '_')}-${timeframe}-${venue}.csv.gz`;
}

function showProgress(
  terminal: Terminal,
  { instrument, fromMs, toMs }: { instrument: Instrument; fromMs: number; toMs: number },
): (progress: { atMs: number; candles: number }) => void {
  const startedMs = performance.now();
  return ({ atMs, candles }) => {
    const ratio = Math.min(1, Math.max(0, (atMs - fromMs) / (toMs - fromMs)));
    const elapsedMs = performance.now() - startedMs;
    const left = ratio > 0 ? `, ${duration((elapsedMs / ratio) * (1 - ratio))} left` : '';
    terminal.progress(
      `${instrument.symbol} ${bar(ratio)} ${Math.floor(ratio * 100)}% ${count(candles)} candles, at ${minute(atMs)}${left}`,
    );
  };
}

function viewOf({ instrument, gaps, ...rest }: Downloaded): object {
  const missing = gaps.reduce((sum, { candles }) => sum + candles, 0);
  return { ...rest, ...instrument, missing, gaps };
}

function textOf({ file, instrument, asked, gaps, impossible, ...facts }: Downloaded): string {
  const { candles, downloaded, from, to } = facts;
  const { venue, timeframe } = instrument;
  const spanMs = timeframeMs(timeframe);
  const missing = gaps.reduce((sum, gap) => sum + gap.candles, 0);
  const longest = gaps.toSorted((a, b) => b.candles - a.candles).slice(0, toldGaps);
  return [
    `${file}: ${count(candles)} candles, ${minute(from)} to ${minute(to)}, ${count(downloaded)} of them new`,
    ...(from - asked.from >= spanMs ? [`  ${venue} has nothing before`] : []),
    ...(asked.to - to >= spanMs ? [`  ${venue} has nothing after`] : []),
    gaps.length === 0
      ? '  no gaps'
      : `  ${count(gaps.length)} gaps in the data of ${venue}, ${count(missing)} candles missing`,
    ...longest.map((gap) => `    ${minute(gap.from)} to ${minute(gap.to)}: ${count(gap.candles)}`),
    ...(gaps.length > longest.length ? ['    those are the longest; --json has all'] : []),
    ...impossible.map(({ time, why }) => `  left out ${toTime(time)}: ${why}`),
  ].join('\n');
}
