import {
  liveTape,
  MarketEvent,
  parseEvent,
  PermanentError,
  subjects,
  toMs,
  toTime,
  type TradePrinted,
} from '@heliograph/contracts';
import type { StoredMessage } from '@heliograph/contracts/bus';
import { createCandleBuilder, type CandleBuilder } from '../../candles/candle-builder.ts';
import { openTimeAt } from '../../candles/span.ts';
import type { Instrument } from '../feed.ts';
import { endOf, type OnBusOptions } from './candles-on-bus.ts';
import { followMarket } from './follow-market.ts';
import type { LiveInstant } from './live-feed.ts';
import { createMarketLetters } from './market-letters.ts';

/** How late a trade may come and still be in its candle, which closes so much later. */
const graceMs = 2_000;
const aheadMs = 5_000;
/** Publishers repeat themselves when they connect again. */
const rememberedTrades = 10_000;

interface Maker {
  readonly instrument: Instrument;
  readonly builder: CandleBuilder;
  readonly known: Set<string>;
  /** Of the candle in which the trades began to be heard: it is not whole, and is not told. */
  partialMs: number | undefined;
  /** The last trade, and when the server had it. */
  last: { readonly timeMs: number; readonly storedMs: number } | undefined;
  /** Told already of the candle in hand: late, or ahead. */
  told: boolean;
}

/** Candles of the trades that others publish. Each closes by event time; when no trade comes, as soon as so much time has passed. */
export async function* tradesOnBus(options: OnBusOptions): AsyncGenerator<LiveInstant> {
  const { bus, subject, instruments, afterMs, signal, log } = options;
  const letters = createMarketLetters({ bus, log, afterSequence: await endOf(options) });
  const makers = new Map<string, Maker>();
  for (const [key, instrument] of instruments)
    makers.set(key, {
      instrument,
      builder: createCandleBuilder(instrument),
      known: new Set(),
      partialMs: undefined,
      last: undefined,
      told: false,
    });

  function* close(maker: Maker, untilMs: number): Generator<LiveInstant> {
    for (const candle of maker.builder.advance(untilMs)) {
      maker.told = false;
      if (candle.openTime !== maker.partialMs && candle.closeTime > afterMs)
        yield { time: candle.closeTime, candles: [candle] };
    }
  }

  for await (const item of followMarket({ bus, subject, fromMs: afterMs, signal, log })) {
    if (item === 'quiet') {
      for (const maker of makers.values()) yield* close(maker, timeOf(maker) - graceMs);
      continue;
    }
    const maker = makers.get(item.subject);
    const trade = maker && letters.read(item, tradeIn);
    if (!maker || !trade || isKnown(maker, trade.data.tradeId)) continue;
    const timeMs = toMs(trade.time);
    const price = Number(trade.data.price);
    const part = { timeMs, open: price, high: price, low: price, close: price };
    if (timeMs > Date.now() + aheadMs) {
      leaveOut(maker, 'FUTURE_DATA', options, timeMs);
      continue;
    }
    maker.last = { timeMs, storedMs: item.storedTime };
    maker.partialMs ??= openTimeAt(timeMs, maker.instrument.timeframe);
    yield* close(maker, timeMs - graceMs);
    const isInTime = maker.builder.add({ ...part, volume: Number(trade.data.quantity) });
    if (!isInTime) leaveOut(maker, 'LATE_DATA', options, timeMs);
  }
}

/** How far its time has come, by its own clock: since the last trade as much has passed there as here. */
function timeOf({ last }: Maker): number {
  return last ? last.timeMs + Math.max(0, Date.now() - last.storedMs) : -Infinity;
}

function leaveOut(
  maker: Maker,
  kind: 'FUTURE_DATA' | 'LATE_DATA',
  { report }: OnBusOptions,
  timeMs: number,
): void {
  if (maker.told) return;
  maker.told = true;
  const { instrument } = maker;
  const detail = `a trade of ${instrument.symbol} at ${toTime(timeMs)}`;
  const severity = kind === 'LATE_DATA' ? 'warning' : 'error';
  report({ kind, severity, instrument, timeMs: Math.min(timeMs, Date.now()), detail });
}

function isKnown({ known }: Maker, tradeId: string): boolean {
  if (known.has(tradeId)) return true;
  known.add(tradeId);
  const [oldest] = known;
  if (known.size > rememberedTrades && oldest !== undefined) known.delete(oldest);
  return false;
}

/** @throws PermanentError when it is none; undefined where it is of a recording */
function tradeIn({ subject, body }: StoredMessage): TradePrinted | undefined {
  const event = parseEvent(MarketEvent, body);
  if (event.type !== 'trade_printed')
    throw new PermanentError('INVALID_EVENT', `${event.type} is no trade`);
  if (event.data.tape.id !== liveTape) return undefined;
  if (subjects.print(event.data) !== subject)
    throw new PermanentError(
      'WRONG_SUBJECT',
      `a trade of ${event.data.symbol} at ${event.data.venue} was published on ${subject}`,
    );
  return event;
}
