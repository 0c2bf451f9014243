import {
  candleEvent,
  deterministicId,
  JournalEvent,
  journalPrefix,
  portfolioFor,
  subjects,
  toDecimal,
  exactly,
  toTime,
  type Candle,
  type TradeSignal,
} from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { aSignal } from '@heliograph/contracts/testing';

/** What a feed and an engine would publish for one instant. */
export interface TestInstant {
  readonly candles: readonly Candle[];
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

const settling = new Set([
  'signal_skipped',
  'order_accepted',
  'order_rejected',
  'order_cancelled',
  'order_unknown',
]);

/** Publishes instants as the engine does: candles, then each signal once the one before is settled; then the end. */
export async function playPaced(
  bus: Bus,
  instants: readonly TestInstant[],
  { tape, base = 'paper' }: { tape: string; base?: string },
): Promise<JournalEvent[]> {
  const portfolio = portfolioFor(base, tape);
  const journal: JournalEvent[] = [];
  const settled = new Map<string, () => void>();
  const done = new Set<string>();
  const marked = Promise.withResolvers<void>();
  const following = bus
    .log(journalPrefix(portfolio))
    .follow(0)
    .subscribe({
      next: ({ body }) => {
        const event = JournalEvent.parse(JSON.parse(body));
        journal.push(event);
        if (event.type === 'portfolio_marked') marked.resolve();
        if (!settling.has(event.type) || !event.causationid) return;
        done.add(event.causationid);
        settled.get(event.causationid)?.();
      },
      error: marked.reject,
    });
  const context = { tape, source: 'signal-engine/test', recordedMs: 0 };
  for (const { candles, signals } of instants) {
    let sequence = 0;
    for (const candle of candles) {
      const event = candleEvent(candle, context);
      const published = await bus.publish({
        subject: subjects.candle(candle),
        id: event.id,
        body: JSON.stringify(event),
      });
      sequence = published.sequence;
    }
    for (const signal of signals) {
      const body = JSON.stringify({
        ...signal,
        data: { ...signal.data, tape: { id: tape, sequence } },
      });
      const wait = Promise.withResolvers<void>();
      settled.set(signal.id, wait.resolve);
      await bus.publish({ subject: subjects.signal(signal.data), id: signal.id, body });
      if (!done.has(signal.id)) await wait.promise;
    }
  }
  const last = instants.at(-1)?.candles ?? [];
  const time = toTime(last.at(-1)?.closeTime ?? 0);
  const id = deterministicId('tape_ended', tape);
  const ended = {
    specversion: '1.0',
    id,
    source: context.source,
    type: 'tape_ended',
    schemaversion: 1,
    subject: tape,
    time,
    recordedtime: time,
    correlationid: id,
    data: {
      tape: { id: tape },
      candles: instants.reduce((count, { candles }) => count + candles.length, 0),
      closes: last.map(({ venue, symbol, close }) => ({
        venue,
        symbol,
        close: toDecimal(exactly(close)),
      })),
    },
  };
  await bus.publish({ subject: subjects.tape(tape), id, body: JSON.stringify(ended) });
  await marked.promise;
  following.unsubscribe();
  return journal;
}
