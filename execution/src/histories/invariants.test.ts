import { PortfolioSettings } from '@heliograph/contracts';
import { createLogger } from '@heliograph/contracts/service';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { violationsOf } from '../testing/invariants/violations.ts';
import { live, type LiveHistory } from '../testing/live-history.ts';
import { randomSettings } from '../testing/random-settings.ts';
import { randomWish, signalOf } from '../testing/random-signals.ts';
import { randomMoves, tapeOf, traded } from '../testing/random-tape.ts';
import { inVirtualTime } from '../testing/virtual-time.ts';
import { runsOf } from './runs.ts';

const startMs = Date.UTC(2026, 0, 5);
const lengthMs = 10_000;

const lives = fc.record({
  deaths: fc.array(
    fc.record({ atOperation: fc.integer({ min: 1, max: 600 }), effect: fc.boolean() }),
    { maxLength: 3, size: 'max' },
  ),
  pauses: fc.array(
    fc.record({
      atMs: fc.nat({ max: 200_000 }),
      durationMs: fc.constantFrom(3_000, 8_000, 15_000),
    }),
    { maxLength: 3, size: 'max' },
  ),
  faultRatio: fc.constantFrom(0.05, 0.15, 0.4),
  seed: fc.nat(),
});
const history: fc.Arbitrary<LiveHistory> = fc
  .record({
    settings: randomSettings,
    steps: fc.array(
      fc.record({ moves: randomMoves, wishes: fc.array(randomWish, { maxLength: 2 }) }),
      {
        minLength: 1,
        maxLength: 20,
        size: 'max',
      },
    ),
    states: fc.array(
      fc.record({
        at: fc.nat({ max: 19 }),
        state: fc.constantFrom('ACTIVE' as const, 'HALTED' as const, 'REDUCING' as const),
      }),
      { maxLength: 3 },
    ),
    workers: fc.array(lives, { minLength: 1, maxLength: 3, size: 'max' }),
    venue: fc.record({
      seed: fc.nat(),
      keepsStops: fc.boolean(),
      rests: fc.boolean(),
      aheadMs: fc.constantFrom(0, 0, 0, -20_000, 40_000),
      forgetRatio: fc.constantFrom(0, 0, 0.1, 0.3),
      maximum: fc.option(
        fc.record({
          atMs: fc.nat({ max: 200_000 }),
          notional: fc.constantFrom(30, 110),
        }),
        { nil: undefined, freq: 2 },
      ),
      silences: fc.array(
        fc.record({ atMs: fc.nat({ max: 200_000 }), durationMs: fc.nat({ max: 20_000 }) }),
        { maxLength: 2 },
      ),
    }),
  })
  .map(({ settings, steps, ...rest }) => {
    const prices = tapeOf(
      steps.map(({ moves }) => moves),
      { startMs, lengthMs, longEvery: 0, asPrints: false },
    );
    const instants = prices.map((each, at) => ({
      ...each,
      signals: (steps[at]?.wishes ?? []).flatMap((wish, index) => {
        const { timeMs, last } = each;
        const signal = signalOf(
          { ...wish, portfolio: wish.portfolio === 'paper' ? 'p' : wish.portfolio },
          { id: `${at} ${index}`, timeMs, last, tape: 'live', mode: 'live' },
        );
        return wish.isDoubled ? [signal, signal] : [signal];
      }),
    }));
    return { ...rest, settings: onTheVenue(settings, rest.venue), instants };
  });

test('whatever goes wrong, the ledger is that of the venue, limits hold, and each signal has one effect', async () => {
  const { onPlayed, ...runs } = runsOf('invariants', { few: 10 });
  await fc.assert(
    fc.asyncProperty(history, async (each) => {
      const { HISTORIES_TRACE } = process.env;
      const violations = await inVirtualTime(
        async () => {
          const log = HISTORIES_TRACE === undefined ? undefined : createLogger({ name: 'worker' });
          const lived = await live(each, log);
          if (HISTORIES_TRACE !== undefined) trace(lived);
          return violationsOf(each, lived);
        },
        { startMs, withinMs: 3_600_000 },
      );
      onPlayed();
      expect(violations).toEqual([]);
    }),
    runs,
  );
}, 0);

/** A venue fills from candles, and trades what is named; on spot nothing can be sold that is not there. */
function onTheVenue(
  { paper, shorting, leverage, ...settings }: PortfolioSettings,
  { rests }: LiveHistory['venue'],
): PortfolioSettings {
  const symbols = traded.map(({ symbol }) => symbol);
  return PortfolioSettings.parse({
    ...settings,
    ...(rests && { shorting, leverage }),
    risk: { ...settings.risk, symbols },
    ...(paper && { paper: { ...paper, tape: 'candles', latencyMs: 0 } }),
  });
}

function trace({ journal, venue, sent }: Awaited<ReturnType<typeof live>>): void {
  const lines = [
    ...journal.map(({ type, recordedtime, source, data }) => ({
      at: recordedtime,
      text: `${source} ${type} ${JSON.stringify(data)}`,
    })),
    ...sent.map(({ request, atMs }) => ({
      at: new Date(atMs).toISOString(),
      text: `SENT ${JSON.stringify(request)}`,
    })),
    ...venue.taken.map(({ venueId, takenMs }) => ({
      at: new Date(takenMs).toISOString(),
      text: `TAKEN ${venueId}`,
    })),
    ...venue.taken.flatMap((order) =>
      venue.reportsOf(order).map((report) => ({
        at: new Date(report.timeMs).toISOString(),
        text: `VENUE ${JSON.stringify(report)}`,
      })),
    ),
  ];
  for (const { at, text } of lines.toSorted((a, b) => a.at.localeCompare(b.at)))
    process.stderr.write(`${at.slice(11)} ${text}\n`);
}
