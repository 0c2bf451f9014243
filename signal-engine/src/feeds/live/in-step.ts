import type { Candle } from '@heliograph/contracts';
import type { Instant, Instrument } from '../feed.ts';

/**
 * Candles that close together as one instant, however they come: an instant waits for the instruments that are still to
 * come, until all have got so far or nothing has come for a while. What comes later than that is an instant of its own.
 */
export async function* inStep(
  instants: AsyncIterable<Instant>,
  { instruments, waitMs }: { readonly instruments: readonly Instrument[]; readonly waitMs: number },
): AsyncGenerator<Instant> {
  const source = instants[Symbol.asyncIterator]();
  const order = instruments.map(keyOf);
  const reached = new Map(order.map((key) => [key, -Infinity]));
  const waiting = new Map<number, Candle[]>();

  function* ready(untilMs: number): Generator<Instant> {
    for (const time of [...waiting.keys()].toSorted((a, b) => a - b)) {
      if (time > untilMs) return;
      const candles = waiting.get(time) ?? [];
      waiting.delete(time);
      const place = (candle: Candle): number => order.indexOf(keyOf(candle));
      yield { time, candles: candles.toSorted((a, b) => place(a) - place(b)) };
    }
  }

  try {
    let next = source.next();
    for (;;) {
      const { promise: silence, resolve } = Promise.withResolvers<undefined>();
      const timer = waiting.size > 0 ? setTimeout(() => resolve(undefined), waitMs) : undefined;
      const come = await Promise.race([next, silence]).finally(() => clearTimeout(timer));
      if (come === undefined) {
        yield* ready(Infinity);
        continue;
      }
      if (come.done === true) break;
      next = source.next();
      const { time, candles } = come.value;
      waiting.set(time, [...(waiting.get(time) ?? []), ...candles]);
      for (const candle of candles) reached.set(keyOf(candle), time);
      yield* ready(Math.min(...reached.values()));
    }
    yield* ready(Infinity);
  } finally {
    await source.return?.();
  }
}

function keyOf({ venue, symbol }: Pick<Candle, 'venue' | 'symbol'>): string {
  return `${venue} ${symbol}`;
}
