import fc from 'fast-check';
import type { Draft } from '../decision/state/draft.ts';
import { createSimulation } from '../simulation.ts';
import { endOf, type TestInstant } from './paced-feed.ts';
import { randomSettings } from './random-settings.ts';
import { randomWish, signalOf } from './random-signals.ts';
import { randomMoves, tapeOf } from './random-tape.ts';

const startMs = Date.UTC(2026, 0, 5);
const minuteMs = 60_000;

/** What is wanted while prices move, minute by minute, and by which settings. */
export const randomHistory = fc.record({
  settings: randomSettings,
  steps: fc.array(
    fc.record({ moves: randomMoves, wishes: fc.array(randomWish, { maxLength: 2 }) }),
    {
      minLength: 1,
      maxLength: 25,
      size: 'max',
    },
  ),
  longEvery: fc.constantFrom(0, 0, 3),
});
type History = typeof randomHistory extends fc.Arbitrary<infer T> ? T : never;

/** The tape and the signals of it. */
export function instantsOf({ settings, steps, longEvery }: History, tape: string): TestInstant[] {
  const prices = tapeOf(
    steps.map(({ moves }) => moves),
    { startMs, lengthMs: minuteMs, longEvery, asPrints: settings.paper?.tape === 'trades' },
  );
  return prices.map(({ candles, prints, timeMs, last }, at) => ({
    candles,
    prints,
    signals: (steps[at]?.wishes ?? []).flatMap((wish, index) => {
      const signal = signalOf(wish, { id: `${at} ${index}`, timeMs, last, tape, mode: 'paper' });
      return wish.isDoubled ? [signal, signal] : [signal];
    }),
  }));
}

/** What the simulation makes of it, to the end of its tape. */
export function journalOf(history: History, tape: string): Draft[] {
  const { settings } = history;
  const instants = instantsOf(history, tape);
  const events: Draft[] = [];
  const onEvent = (event: Draft): void => void events.push(event);
  const run = createSimulation({ portfolio: 'p', tape, mode: 'paper', settings, onEvent });
  for (const { candles, prints = [], signals } of instants) {
    for (const candle of candles) run.onCandle(candle);
    for (const print of prints) run.onPrint(print);
    for (const signal of signals) run.onSignal(signal);
  }
  const { data, timeMs } = endOf(instants, tape);
  run.onTapeEnded(data, timeMs);
  return events;
}
