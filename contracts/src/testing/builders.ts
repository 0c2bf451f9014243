import type { z } from 'zod';
import { candleEvent, type Candle, type CandleClosed } from '../candle.ts';
import { deterministicId } from '../ids.ts';
import { JournalEvent, type JournalEventOf, type JournalEventType } from '../journal/journal.ts';
import { PortfolioSettings } from '../portfolio-settings.ts';
import { TradeSignal } from '../signal.ts';
import { SymbolName, Timeframe, timeframeMs, toMs, toTime, Venue } from '../units.ts';

const start = Date.UTC(2026, 0, 5);

/** A one-minute BTC/USDT candle at 100 that opens at 2026-01-05T00:00Z, changed as told; `at` counts candles. */
export function aCandle({ at = 0, ...change }: Partial<Candle> & { at?: number } = {}): Candle {
  const timeframe = change.timeframe ?? Timeframe.parse('1m');
  const openTime = change.openTime ?? start + at * timeframeMs(timeframe);
  const price = change.close ?? change.open ?? 100;
  return {
    venue: Venue.parse('binance'),
    symbol: SymbolName.parse('BTC/USDT'),
    open: price,
    high: Math.max(price, change.open ?? price),
    low: Math.min(price, change.open ?? price),
    close: price,
    volume: 1,
    ...change,
    timeframe,
    openTime,
    closeTime: change.closeTime ?? openTime + timeframeMs(timeframe),
  };
}

export function aCandleEvent(
  change: Parameters<typeof aCandle>[0] = {},
  { tape = 'live' }: { tape?: string } = {},
): CandleClosed {
  const candle = aCandle(change);
  return candleEvent(candle, { tape, source: 'test/feed', recordedMs: candle.closeTime });
}

/** Settings that say nothing but what they must, changed as told. */
export function someSettings(
  change: Partial<z.input<typeof PortfolioSettings>> = {},
): PortfolioSettings {
  return PortfolioSettings.parse({
    cash: '10000',
    stake: { kind: 'quote', value: '1000' },
    feeBps: '10',
    slippageBps: '0',
    lotSize: '0.001',
    risk: {},
    ...change,
  });
}

/** Plain text for ids, symbols and decimals: the schema checks them. */
type SignalInput = z.input<typeof TradeSignal>;
type SignalChange = Partial<Omit<SignalInput, 'data'>> & { data?: Partial<SignalInput['data']> };

/** A valid market entry, long BTC/USDT, changed as told and then checked against the schema. */
export function aSignal(change: SignalChange = {}): TradeSignal {
  const time = change.time ?? toTime(start + 60_000);
  const id = deterministicId('test', change.data?.symbol ?? '', change.data?.intent ?? '', time);
  return TradeSignal.parse({
    specversion: '1.0',
    id,
    source: 'signal-engine/test',
    type: 'trade_signal',
    subject: change.data?.symbol ?? 'BTC/USDT',
    time,
    recordedtime: time,
    expirytime: toTime(toMs(time) + 60_000),
    sequence: 1,
    correlationid: change.id ?? id,
    ...change,
    data: {
      strategy: 'sma-cross',
      strategyVersion: '1.0.0',
      configHash: 'test',
      runId: 'test',
      mode: 'paper',
      venue: 'binance',
      symbol: 'BTC/USDT',
      timeframe: '1m',
      intent: 'enter',
      side: 'buy',
      targetPosition: 'long',
      referencePrice: { price: '100', kind: 'close', time },
      ...change.data,
    },
  });
}

/** A valid exit of the long that `aSignal` enters. */
export function anExitSignal(change: SignalChange = {}): TradeSignal {
  return aSignal({
    ...change,
    data: { intent: 'exit', side: 'sell', targetPosition: 'flat', ...change.data },
  });
}

/** A journal event with that data in a valid envelope; the id follows from everything in it. */
export function aJournalEvent<T extends JournalEventType>(
  type: T,
  data: JournalEventOf<T>['data'],
  envelope: Partial<Omit<JournalEventOf<T>, 'type' | 'data'>> = {},
): JournalEventOf<T> {
  const time = envelope.time ?? toTime(start + 60_000);
  const id = deterministicId('test', type, time, JSON.stringify(data));
  const event: unknown = JournalEvent.parse({
    specversion: '1.0',
    id,
    source: 'execution/test',
    type,
    subject: 'symbol' in data ? data.symbol : 'paper',
    time,
    recordedtime: time,
    correlationid: id,
    ...envelope,
    data,
  });
  return event as JournalEventOf<T>;
}
