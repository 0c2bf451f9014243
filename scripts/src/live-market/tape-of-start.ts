import { MarketEvent, SymbolName, Timeframe, toMs, Venue } from '@heliograph/contracts';
import { connectJetStreamBus } from '@heliograph/contracts/bus';
import { eventually } from '@heliograph/contracts/testing';
import { createSignalMachine, smaCross } from '@heliograph/signal-engine';
import { firstValueFrom, toArray } from 'rxjs';
import { expect } from 'vitest';
import { klineOf } from '../../../execution/src/testing/binance-double/klines.ts';
import { readServerFile } from '../control/server-file.ts';

export const symbols = ['BTC/USDT', 'ETH/USDT'];

/** A candle that a start has put on the live tape. */
export interface Told {
  readonly symbol: string;
  readonly openMs: number;
  readonly values: readonly number[];
  readonly body: string;
  /** When the server had it, epoch ms. */
  readonly storedMs: number;
}

/** Every candle on the live tape, as it stands on the bus. */
export async function candlesIn(dataDir: string): Promise<Told[]> {
  await using bus = await connectJetStreamBus({
    ...(await readServerFile(dataDir)),
    name: 'test',
    provision: false,
  });
  const messages = await firstValueFrom(
    bus.read({ stream: 'MARKET', subject: 'market.candle.>' }).pipe(toArray()),
  );
  return messages.flatMap(({ body, storedTime }) => {
    const event = MarketEvent.parse(JSON.parse(body));
    if (event.type !== 'candle_closed') return [];
    const { symbol, openTime, open, high, low, close, volume } = event.data;
    expect(event.data.tape.id).toBe('live');
    return [
      {
        symbol,
        openMs: toMs(openTime),
        values: [open, high, low, close, volume].map(Number),
        body,
        storedMs: storedTime,
      },
    ];
  });
}

export async function moreThan(dataDir: string, count: number): Promise<void> {
  const found = async (): Promise<number> =>
    candlesIn(dataDir).then(
      ({ length }) => length,
      // The server may not be there yet.
      () => 0,
    );
  await eventually(async () => expect(await found()).toBeGreaterThan(count));
}

/** They follow each other without a gap or a repeat, and are what the exchange says. */
export function expectTruth(
  candles: readonly Told[],
  prices: Readonly<Record<string, number>>,
): void {
  for (const symbol of symbols) {
    const own = candles.filter((candle) => candle.symbol === symbol);
    const first = own[0]?.openMs ?? 0;
    expect(own.map(({ openMs }) => openMs)).toEqual(own.map((_, at) => first + at * 1_000));
    for (const { openMs, values } of own)
      expect(values).toEqual(klineOf(prices[symbol] ?? 0, openMs, 1_000));
  }
}

export interface Listed {
  readonly id: string;
  readonly symbol: string;
  readonly side: string;
  readonly time: number;
  readonly expiryTime: number;
}

/**
 * They are those of the exchange's own candles, none is missing and none is there twice. `candles` were read after the
 * signals: whatever made one of those is among them. Of the latest moment not every signal may have been listed yet.
 */
export function expectSignalsOfTruth(
  signals: readonly Listed[],
  candles: readonly Told[],
  prices: Readonly<Record<string, number>>,
): void {
  const latestMs = Math.max(...signals.map(({ time }) => time));
  const listed = signals
    .filter(({ time }) => time < latestMs)
    .map(({ symbol, side, time }) => `${symbol} ${side} ${time}`);
  expect(listed.length).toBeGreaterThan(0);
  expect(listed.toSorted(), 'what an undisturbed market has').toEqual(
    signalsOnTruth(candles, prices, latestMs - 1_000),
  );
}

/** What the strategy makes of the exchange's own candles, in the time that was told. */
function signalsOnTruth(
  candles: readonly Told[],
  prices: Readonly<Record<string, number>>,
  untilMs: number,
): string[] {
  const machine = createSignalMachine({
    strategy: smaCross.configure({}),
    tape: 'truth',
    mode: 'paper',
    runId: 'truth',
    source: 'signal-engine/test',
    onError: ({ error }) => expect.unreachable(String(error)),
  });
  return symbols
    .flatMap((symbol) => {
      const times = candles.filter((each) => each.symbol === symbol).map(({ openMs }) => openMs);
      const firstMs = Math.min(...times);
      const lastMs = Math.min(Math.max(...times), untilMs - 1_000);
      const signals: string[] = [];
      for (let openMs = firstMs - 60_000; openMs <= lastMs; openMs += 1_000) {
        const [open, high, low, close, volume] = klineOf(prices[symbol] ?? 0, openMs, 1_000);
        const closeTime = openMs + 1_000;
        const values = { openTime: openMs, closeTime, open, high, low, close, volume };
        const candle = {
          venue: Venue.parse('binance'),
          symbol: SymbolName.parse(symbol),
          timeframe: Timeframe.parse('1s'),
          ...values,
        };
        for (const { data } of machine.onInstant({ time: closeTime, candles: [candle] }, closeTime))
          if (openMs >= firstMs) signals.push(`${symbol} ${data.side} ${closeTime}`);
      }
      return signals;
    })
    .toSorted();
}

export async function pricesOf(url: string): Promise<Record<string, number>> {
  const response = await fetch(`${url}/api/v3/ticker/price`);
  const prices: { symbol: string; price: string }[] = JSON.parse(await response.text());
  const priceOf = (symbol: string): number =>
    Number(prices.find((each) => each.symbol === symbol.replace('/', ''))?.price);
  return Object.fromEntries(symbols.map((symbol) => [symbol, priceOf(symbol)]));
}
