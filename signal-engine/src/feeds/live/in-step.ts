import type { Candle } from '@heliograph/contracts';
import type { Instant, Instrument } from '../feed.ts';

/** What has come of an instant. */
interface Gathered {
  readonly candles: Candle[];
  /** Until when it waits for more, by a clock that does not jump, and stands still while whoever reads is busy. */
  readonly dueMs: number;
}

/**
 * Candles that close together as one instant, however they come: an instant waits for the instruments that are still to
 * come, until all have got so far or `waitMs` after its first candle, whatever else comes meanwhile. What comes later than that is an
 * instant of its own.
 */
export async function* inStep(
  instants: AsyncIterable<Instant>,
  { instruments, waitMs }: { readonly instruments: readonly Instrument[]; readonly waitMs: number },
): AsyncGenerator<Instant> {
  const source = instants[Symbol.asyncIterator]();
  const order = instruments.map(keyOf);
  const reached = new Map(order.map((key) => [key, -Infinity]));
  const waiting = new Map<number, Gathered>();

  function* ready(untilMs: number): Generator<Instant> {
    for (const time of [...waiting.keys()].toSorted((a, b) => a - b)) {
      if (time > untilMs) return;
      const { candles = [] } = waiting.get(time) ?? {};
      waiting.delete(time);
      const place = (candle: Candle): number => order.indexOf(keyOf(candle));
      yield { time, candles: candles.toSorted((a, b) => place(a) - place(b)) };
    }
  }

  let busyMs = 0;
  const nowMs = (): number => performance.now() - busyMs;
  /** The latest instant that has waited for long enough: none before it can wait any more. */
  const overdue = (): number => {
    const due = [...waiting].filter(([, { dueMs }]) => dueMs <= nowMs());
    return Math.max(-Infinity, ...due.map(([time]) => time));
  };

  try {
    let next = source.next();
    for (;;) {
      const dueMs = Math.min(...[...waiting.values()].map((gathered) => gathered.dueMs));
      const { promise: silence, resolve } = Promise.withResolvers<undefined>();
      const timer = Number.isFinite(dueMs)
        ? setTimeout(() => resolve(undefined), Math.max(1, Math.ceil(dueMs - nowMs())))
        : undefined;
      const come = await Promise.race([next, silence]).finally(() => clearTimeout(timer));
      if (come?.done === true) break;
      if (come) {
        next = source.next();
        const { time, candles } = come.value;
        const gathered = waiting.get(time) ?? { candles: [], dueMs: nowMs() + waitMs };
        gathered.candles.push(...candles);
        waiting.set(time, gathered);
        for (const candle of candles) reached.set(keyOf(candle), time);
      }
      const beganMs = performance.now();
      yield* ready(Math.max(overdue(), Math.min(...reached.values())));
      busyMs += performance.now() - beganMs;
    }
    yield* ready(Infinity);
  } finally {
    await source.return?.();
  }
}

function keyOf({ venue, symbol }: Pick<Candle, 'venue' | 'symbol'>): string {
  return `${venue} ${symbol}`;
}
