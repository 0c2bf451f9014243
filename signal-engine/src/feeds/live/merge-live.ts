import type { Candle } from '@heliograph/contracts';
import type { Instant } from '../feed.ts';

async function next(source: AsyncIterator<Candle>) {
  return { source, result: await source.next() };
}

/** Candles of several instruments as they come, each an instant of its own: none waits for another. */
export async function* mergeLive(
  sources: readonly AsyncIterator<Candle>[],
): AsyncGenerator<Instant> {
  const waiting = new Map(sources.map((source) => [source, next(source)]));
  try {
    while (waiting.size > 0) {
      const { source, result } = await Promise.race(waiting.values());
      if (result.done === true) {
        waiting.delete(source);
        continue;
      }
      waiting.set(source, next(source));
      yield { time: result.value.closeTime, candles: [result.value] };
    }
  } finally {
    for (const source of waiting.keys()) void source.return?.();
  }
}
