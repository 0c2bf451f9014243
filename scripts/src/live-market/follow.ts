import type { Candle } from '@heliograph/contracts';
import { createMemoryBus } from '@heliograph/contracts/bus';
import { createLogger } from '@heliograph/contracts/service';
import { openCcxtFeed, type StreamMode } from '@heliograph/signal-engine';
import { vi } from 'vitest';
import type { BinanceDouble } from '../../../execution/src/testing/binance-double/binance-double.ts';
import { klineOf } from '../../../execution/src/testing/binance-double/klines.ts';
import { atServer } from '../at-server.ts';

const spanMs = 1_000;
const soon = { timeout: 60_000, interval: 20 };

/** A feed of seconds on the double, what has come of it, and what it said. */
export async function follow(double: BinanceDouble, mode: StreamMode = 'auto') {
  const lines: string[] = [];
  const log = createLogger({
    name: 'test',
    destination: { write: (line) => void lines.push(line) },
  });
  const feed = await openCcxtFeed('ccxt:binance:BTC/USDT,ETH/USDT:1s', {
    log,
    mode,
    redirect: (url) => atServer(double.url, url),
  });
  const messages = (): string[] => lines.map((line): string => JSON.parse(line).msg);
  const stopping = new AbortController();
  const candles: Candle[] = [];
  const lateMs: number[] = [];
  const reading = (async (): Promise<void> => {
    const instants = feed.instants({
      afterMs: Date.now() - 5_000,
      signal: stopping.signal,
      bus: createMemoryBus(),
      log,
      report: () => {},
    });
    for await (const instant of instants) {
      candles.push(...instant.candles);
      lateMs.push(Date.now() - instant.time);
    }
  })();
  return {
    candles,
    lateMs,
    messages,
    /** Until it has said so. */
    said: (message: string, times = 1): Promise<unknown> =>
      vi.waitUntil(() => messages().filter((each) => each === message).length >= times, soon),
    async more(count: number): Promise<void> {
      const wanted = candles.length + count * feed.instruments.length;
      await vi.waitUntil(() => candles.length >= wanted, soon);
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await reading;
    },
  };
}

const prices = { 'BTC/USDT': 50_000, 'ETH/USDT': 2_500 } as const;

/** What a feed has told, by symbol. */
export function told(candles: readonly Candle[]): Record<string, number[][]> {
  return bySymbol((symbol) =>
    candles
      .filter((candle) => candle.symbol === symbol)
      .map(({ openTime, open, high, low, close, volume }) => [
        openTime,
        open,
        high,
        low,
        close,
        volume,
      ]),
  );
}

/** As many, from the same ones on, each behind the one before, as the exchange has them. */
export function truth(candles: readonly Candle[]): Record<string, number[][]> {
  return bySymbol((symbol, price) => {
    const own = candles.filter((candle) => candle.symbol === symbol);
    const firstMs = own[0]?.openTime ?? 0;
    return own.map((_, at) => {
      const openMs = firstMs + at * spanMs;
      return [openMs, ...klineOf(price, openMs, spanMs)];
    });
  });
}

function bySymbol<T>(valueOf: (symbol: string, price: number) => T): Record<string, T> {
  return Object.fromEntries(
    Object.entries(prices).map(([symbol, price]) => [symbol, valueOf(symbol, price)]),
  );
}
