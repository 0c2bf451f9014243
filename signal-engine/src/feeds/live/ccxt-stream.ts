import { setTimeout as sleep } from 'node:timers/promises';
import type { Candle } from '@heliograph/contracts';
import type { Logger } from '@heliograph/contracts/service';
import { z } from 'zod';
import type { Instrument } from '../feed.ts';
import { candlesOf } from './candle-rows.ts';
import type { PublicVenue } from './load-public-venue.ts';
import { createStreamedRows } from './streamed-rows.ts';
import { createStreamedTrades } from './streamed-trades.ts';
import { createCandleTape, type ToldCandles } from './told-candles.ts';

/** What is listened to: candles as they grow, or single trades. */
export type StreamKind = 'candles' | 'trades';

const Trades = z.array(
  z
    .object({
      id: z.string().optional(),
      timestamp: z.number(),
      price: z.number().positive(),
      amount: z.number().positive(),
    })
    .transform(({ id, timestamp, price, amount }) => ({
      id,
      timeMs: timestamp,
      price,
      quantity: amount,
    })),
);

const Value = z.string().transform(Number);

/** A candle of which Binance says that it has closed. */
const ClosedKline = z.object({
  k: z
    .object({
      s: z.string(),
      i: z.string(),
      t: z.number(),
      x: z.literal(true),
      o: Value,
      h: Value,
      l: Value,
      c: Value,
      v: Value,
    })
    .transform(({ s, i, t, o, h, l, c, v }) => ({ id: s, interval: i, row: [t, o, h, l, c, v] })),
});
const Market = z.object({ id: z.string() });

/** They say that a candle has closed, and count trades without a gap. */
const binances: ReadonlySet<string> = new Set([
  'binance',
  'binanceus',
  'binanceusdm',
  'binancecoinm',
]);

const shortestPauseMs = 500;
const longestPauseMs = 30_000;

/** Listens to a venue from now on, through whatever breaks, until the signal is aborted. */
export function listen({
  venue,
  instrument,
  kind,
  signal,
  log,
}: {
  venue: PublicVenue;
  instrument: Instrument;
  kind: StreamKind;
  signal: AbortSignal;
  log: Logger;
}): ToldCandles {
  const { symbol, timeframe } = instrument;
  const about = { symbol, timeframe };
  const tape = createCandleTape();
  const { watch, onBreak } = kind === 'trades' ? watchTrades() : watchCandles();

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!signal.aborted)
      try {
        await watch();
        if (failures > 0) log.info(about, 'the stream tells again');
        failures = 0;
      } catch (err) {
        onBreak();
        if (signal.aborted) return;
        if (failures++ === 0)
          log.warn({ err, ...about }, 'the stream has broken, connecting again');
        const pauseMs = shortestPauseMs * 2 ** Math.min(failures - 1, 10);
        await sleep(Math.min(longestPauseMs, pauseMs), undefined, { signal }).catch(
          () => undefined,
        );
      }
  };
  void run();
  return tape;

  function watchCandles() {
    const saysClosed = binances.has(venue.id);
    if (saysClosed) hearClosings(venue, instrument, tape.tell);
    const rows = createStreamedRows();
    return {
      onBreak: rows.onBreak,
      async watch() {
        const told = candlesOf(instrument, await venue.watchOHLCV(symbol, timeframe));
        if (!saysClosed) for (const candle of rows.onCandles(told)) tape.tell(candle);
      },
    };
  }

  function watchTrades() {
    const countsTrades = binances.has(venue.id);
    const trades = createStreamedTrades(instrument, { countsTrades });
    return {
      onBreak: trades.onBreak,
      async watch() {
        const told = Trades.parse(await venue.watchTrades(symbol));
        for (const candle of trades.onTrades(told)) tape.tell(candle);
      },
    };
  }
}

/** Binance says of a candle that it has closed; ccxt does not pass that on. */
function hearClosings(
  venue: PublicVenue,
  instrument: Instrument,
  onCandle: (candle: Candle) => void,
): void {
  const { id } = Market.parse(venue.markets?.[instrument.symbol]);
  const handle = venue.handleOHLCV;
  venue.handleOHLCV = (client, message) => {
    const { data } = ClosedKline.safeParse(message);
    if (data?.k.id === id && data.k.interval === instrument.timeframe)
      for (const candle of candlesOf(instrument, [data.k.row])) onCandle(candle);
    handle?.call(venue, client, message);
  };
}
