import { canonicalJson, type PortfolioSettings } from '@heliograph/contracts';
import { createMemoryServer } from '@heliograph/contracts/bus';
import type { Service } from '@heliograph/contracts/service';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coreOf, simulated, type CoreEvent, startTestWorker } from '../testing/expected.ts';
import { createMortal } from '../testing/mortal.ts';
import { endOf, playPaced, type TestInstant } from '../testing/paced-feed.ts';
import { instantsOf, randomHistory } from '../testing/random-history.ts';
import { tapeIn, verified } from '../testing/verified.ts';
import { inVirtualTime, randomFrom } from '../testing/virtual-time.ts';
import { runsOf } from './runs.ts';

const tape = 't';
const startMs = Date.UTC(2026, 0, 5);

const lives = fc.record({
  deaths: fc.array(
    fc.record({ atOperation: fc.integer({ min: 1, max: 250 }), effect: fc.boolean() }),
    { maxLength: 3 },
  ),
  /** How fast its bus is; 0: everything is there at once. */
  latencySeed: fc.nat(),
});
const processes = fc.array(lives, { minLength: 1, maxLength: 3, size: 'max' });

test('the workers write the journal of the simulation, however many there are and whoever dies', async () => {
  const { onPlayed, ...runs } = runsOf('equivalence', { few: 25 });
  await fc.assert(
    fc.asyncProperty(randomHistory, processes, async (history, workers) => {
      const { settings } = history;
      const instants = instantsOf(history, tape);
      const expected = simulated(instants, { tape, settings }).events;
      const { journal, prices } = await inVirtualTime(() => played(instants, settings, workers), {
        startMs,
        withinMs: 3_600_000,
      });
      onPlayed();
      if (process.env.HISTORIES_TRACE)
        for (const { type, time, recordedtime, source, data } of journal)
          process.stderr.write(
            `${time.slice(11)} ${recordedtime.slice(11)} ${source} ${type} ${JSON.stringify(data).slice(0, 1000)}\n`,
          );
      const actual = journal.map(coreOf);
      const at = expected.findIndex((event, index) => !isDeepStrictEqual(event, actual[index]));
      expect(told(actual, at), 'from the first difference on').toEqual(told(expected, at));
      expect(actual).toEqual(expected);
      const signals = instants.flatMap((instant) => instant.signals);
      const ended = endOf(instants, tape);
      const run = { portfolio: `paper-${tape}`, journal, tape: prices, signals, ended };
      expect(verified(run).difference, 'what does not follow when it is decided again').toBe(
        undefined,
      );
    }),
    runs,
  );
}, 0);

/** The events around a place, for people. */
function told(events: readonly CoreEvent[], at: number): string[] {
  return events.slice(Math.max(0, at - 8), at + 6).map(({ type, data }, index) => {
    const text = `${type} ${canonicalJson(data)}`;
    return at < 0 ? '' : index < Math.min(at, 8) ? text.slice(0, 300) : text;
  });
}

type Process = typeof lives extends fc.Arbitrary<infer T> ? T : never;

async function played(
  instants: readonly TestInstant[],
  settings: PortfolioSettings,
  workers: readonly Process[],
) {
  const server = createMemoryServer({ ackWaitMs: 5_000, drainTimeoutMs: 1, maxDeliver: 20 });
  const services: Service[] = [];
  const live = ({ deaths: [death, ...later], latencySeed }: Process, name: string): void => {
    const random = randomFrom(latencySeed);
    const mortal = createMortal({
      ...(death ?? { atOperation: Infinity, effect: false }),
      delayMs: () => (latencySeed > 0 && random() < 0.2 ? Math.ceil(random() * 20) : 0),
    });
    const service = startTestWorker(mortal.bus(server.connect()), name, settings);
    service.finished.catch(() => undefined);
    void mortal.died.then(() => live({ deaths: later, latencySeed }, `${name}-again`));
    services.push(service);
  };
  for (const [index, worker] of workers.entries()) live(worker, `worker-${index}`);
  const bus = server.connect();
  const journal = await playPaced(bus, instants, { tape });
  const kind = settings.paper?.tape === 'trades' ? 'print' : 'candle';
  return { journal, prices: await tapeIn(bus, tape, kind) };
}
