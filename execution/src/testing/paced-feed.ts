import {
  Big,
  candleEvent,
  deterministicId,
  JournalEvent,
  journalPrefix,
  portfolioFor,
  subjects,
  toDecimal,
  exactly,
  TradePrinted,
  toTime,
  type Candle,
  type TapeEnded,
  type TradeSignal,
} from '@heliograph/contracts';
import type { Bus, Outgoing } from '@heliograph/contracts/bus';
import { aSignal } from '@heliograph/contracts/testing';
import type { Print } from '../paper/slice.ts';
import { createSettled } from './settled.ts';

/** What a feed and an engine would publish for one instant. */
export interface TestInstant {
  readonly candles: readonly Candle[];
  readonly prints?: readonly Print[];
  /** One that stands there twice is published twice. */
  readonly signals: readonly TradeSignal[];
}

/**
 * Instants of random walks in which each symbol enters and exits now and then, made from a seed.
 */
export function randomInstants(options: {
  seed: number;
  count: number;
  symbols: readonly Candle[];
  tape: string;
  /** How many of the candles are missing; never those of the last instant. Default 0. */
  gapRatio?: number;
}): TestInstant[] {
  let state = options.seed;
  const random = (): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
  const prices = options.symbols.map(() => 100);
  let sequence = 0;
  return Array.from({ length: options.count }, (_, at) => {
    const { gapRatio = 0, count } = options;
    const all = options.symbols.map((symbol, index): Candle => {
      const open = prices[index] ?? 100;
      const close = Math.max(1, Math.round(open * (0.98 + random() * 0.04) * 100) / 100);
      prices[index] = close;
      const length = symbol.closeTime - symbol.openTime;
      const openTime = symbol.openTime + at * length;
      return {
        ...symbol,
        openTime,
        closeTime: openTime + length,
        open,
        close,
        high: Math.max(open, close),
        low: Math.min(open, close),
      };
    });
    const isWhole = gapRatio === 0 || at === count - 1;
    const candles = all.filter(() => isWhole || random() >= gapRatio);
    const signals = candles
      .filter(() => random() < 0.4)
      .map((candle) => {
        const enters = random() < 0.5;
        const time = toTime(candle.closeTime);
        return aSignal({
          id: deterministicId('test', options.tape, candle.symbol, time),
          time,
          sequence: ++sequence,
          subject: candle.symbol,
          data: {
            symbol: candle.symbol,
            tape: { id: options.tape },
            intent: enters ? 'enter' : 'exit',
            side: enters ? 'buy' : 'sell',
            targetPosition: enters ? 'long' : 'flat',
            referencePrice: { price: toDecimal(exactly(candle.close)), kind: 'close', time },
          },
        });
      });
    return { candles, signals };
  });
}

/** Publishes instants as the engine does: prices, then each signal once the one before is settled; then the end. */
export async function playPaced(
  bus: Bus,
  instants: readonly TestInstant[],
  { tape, base = 'paper' }: { tape: string; base?: string },
): Promise<JournalEvent[]> {
  const portfolio = portfolioFor(base, tape);
  const journal: JournalEvent[] = [];
  const settled = createSettled();
  const marked = Promise.withResolvers<void>();
  const following = bus
    .log(journalPrefix(portfolio))
    .follow(0)
    .subscribe({
      next: ({ body }) => {
        const event = JournalEvent.parse(JSON.parse(body));
        journal.push(event);
        settled.add(event);
        if (event.type === 'portfolio_marked') marked.resolve();
      },
      error: marked.reject,
    });
  let published = 0;
  let sequence = 0;
  for (const { candles, prints = [], signals } of instants) {
    for (const candle of candles) ({ sequence } = await bus.publish(candleMessage(candle, tape)));
    for (const print of prints)
      ({ sequence } = await bus.publish(printMessage(print, tape, ++published)));
    const seen = sequence === 0 ? {} : { sequence };
    for (const signal of signals) {
      const body = JSON.stringify({
        ...signal,
        data: { ...signal.data, tape: { ...signal.data.tape, ...seen } },
      });
      // The stream would keep the same message once: what comes twice comes as two.
      const id = `${signal.id} ${++published}`;
      await bus.publish({ subject: subjects.signal(signal.data), id, body });
      await settled.of(signal.id);
    }
  }
  const { data, timeMs } = endOf(instants, tape);
  const id = deterministicId('tape_ended', tape);
  const time = toTime(timeMs);
  const ended: TapeEnded = {
    specversion: '1.0',
    id,
    source,
    type: 'tape_ended',
    schemaversion: 1,
    subject: tape,
    time,
    recordedtime: time,
    correlationid: id,
    data,
  };
  await bus.publish({ subject: subjects.tape(tape), id, body: JSON.stringify(ended) });
  await marked.promise;
  following.unsubscribe();
  return journal;
}

/** What is said at the end of a tape. */
export function endOf(
  instants: readonly TestInstant[],
  tape: string,
): { data: TapeEnded['data']; timeMs: number } {
  const { candles = [], prints = [] } = instants.at(-1) ?? {};
  const closes = [
    ...candles.map((candle) => ({ ...candle, close: toDecimal(exactly(candle.close)) })),
    ...prints.map((print) => ({ ...print, close: toDecimal(new Big(print.price)) })),
  ].map(({ venue, symbol, close }) => ({ venue, symbol, close }));
  const count = instants.reduce((sum, instant) => sum + instant.candles.length, 0);
  return {
    data: { tape: { id: tape }, candles: count, closes },
    timeMs: Math.max(0, ...candles.map(({ closeTime }) => closeTime), ...prints.map(timeOf)),
  };
}

const source = 'signal-engine/test';

function timeOf({ timeMs }: Print): number {
  return timeMs;
}

function candleMessage(candle: Candle, tape: string): Outgoing {
  const event = candleEvent(candle, { tape, source, recordedMs: 0 });
  return { subject: subjects.candle(candle), id: event.id, body: JSON.stringify(event) };
}

function printMessage(print: Print, tape: string, count: number): Outgoing {
  const { venue, symbol, price, quantity, timeMs } = print;
  const id = deterministicId('trade_printed', tape, String(count));
  const time = toTime(timeMs);
  const event = TradePrinted.parse({
    specversion: '1.0',
    id,
    source,
    type: 'trade_printed',
    schemaversion: 1,
    subject: symbol,
    time,
    recordedtime: time,
    correlationid: id,
    data: { tape: { id: tape }, venue, symbol, tradeId: id, price, quantity },
  });
  return { subject: subjects.print(print), id, body: JSON.stringify(event) };
}
