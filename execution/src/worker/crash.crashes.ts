import { SymbolName } from '@heliograph/contracts';
import { createMemoryServer } from '@heliograph/contracts/bus';
import type { Service } from '@heliograph/contracts/service';
import { aCandle, someSettings } from '@heliograph/contracts/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coreOf, simulated, startTestWorker } from '../testing/expected.ts';
import { createMortal } from '../testing/mortal.ts';
import { playPaced, randomInstants } from '../testing/paced-feed.ts';
import { richInstants, richSettings } from '../testing/rich-history.ts';
import { inVirtualTime } from '../testing/virtual-time.ts';

const settings = someSettings({
  cash: '1000',
  stake: { kind: 'quote', value: '300' },
  risk: { maxPositions: 1 },
});
const symbols = ['BTC/USDT', 'ETH/USDT'].map((symbol) =>
  aCandle({ symbol: SymbolName.parse(symbol) }),
);
const instants = randomInstants({ seed: 5, count: 12, symbols, tape: 't' });

async function playRich(atOperation?: number, effect = false) {
  return inVirtualTime(() => playIn(atOperation, effect), { startMs: 0, withinMs: 600_000 });
}

async function playIn(atOperation = Infinity, effect = false) {
  const server = createMemoryServer({ ackWaitMs: 60, drainTimeoutMs: 1 });
  const dying = createMortal({ atOperation, effect });
  startTestWorker(dying.bus(server.connect()), 'first', richSettings);
  void dying.died.then(() => startTestWorker(server.connect(), 'second', richSettings));
  const journal = await playPaced(server.connect(), richInstants('t'), { tape: 't' });
  return { journal, died: dying.isDead() };
}

async function play(atOperation?: number, effect = false) {
  const server = createMemoryServer({ ackWaitMs: 60, drainTimeoutMs: 1 });
  await using bus = server.connect();
  await using mortal = server.connect();
  const dying = createMortal({ atOperation: atOperation ?? Infinity, effect });
  const first = startTestWorker(dying.bus(mortal), 'first', settings);
  let second: Service | undefined;
  const takeover = setInterval(() => {
    if (!dying.isDead() || second) return;
    second = startTestWorker(server.connect(), 'second', settings);
  }, 5);
  const journal = await playPaced(bus, instants, { tape: 't' });
  clearInterval(takeover);
  await second?.stop();
  await Promise.race([dying.isDead() ? undefined : first.stop(), dying.died]);
  return { journal, died: dying.isDead() };
}

describe('a worker that is killed', () => {
  test('at any operation, before or after its effect, changes nothing in the journal', async () => {
    const undisturbed = (await play()).journal.map(coreOf);
    let survived = false;
    for (let atOperation = 1; !survived; atOperation++) {
      const runs = await Promise.all([play(atOperation, false), play(atOperation, true)]);
      for (const { journal } of runs)
        expect(journal.map(coreOf), `killed at operation ${atOperation}`).toEqual(undisturbed);
      survived = runs.every(({ died }) => !died);
      expect(atOperation, 'the run has an end').toBeLessThan(500);
    }
  }, 120_000);

  test('at any operation changes nothing of partial fills, protection and breakers either', async () => {
    const { journal: first } = await playRich();
    const undisturbed = first.map(coreOf);
    expect(undisturbed).toEqual(
      simulated(richInstants('t'), { tape: 't', settings: richSettings }).events,
    );
    const told = first.map(({ type, data }) => {
      if (type === 'order_filled') return data.complete ? 'filled' : 'partly filled';
      if (type === 'order_cancelled' || type === 'trade_closed') return JSON.stringify(data);
      return type;
    });
    const all = told.join(' ');
    for (const part of [
      'partly filled',
      'CANCEL_REQUESTED',
      'time_stop',
      'stop_loss',
      'REDUCING_ONLY',
    ])
      expect(all, 'it is as rich as it says').toContain(part);
    for (let atOperation = 1, survived = false; !survived; atOperation++)
      for (const effect of [false, true]) {
        const { journal, died } = await playRich(atOperation, effect);
        expect(journal.map(coreOf), `killed at operation ${atOperation}`).toEqual(undisturbed);
        survived = !died;
      }
  }, 120_000);

  test('among others changes nothing, over gaps in the tape and with limits that bind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(death, { minLength: 1, maxLength: 3 }), playWithDeaths),
      { numRuns: 25 },
    );
  }, 120_000);
});

const death = fc.record({ atOperation: fc.integer({ min: 1, max: 150 }), effect: fc.boolean() });

async function playWithDeaths(
  seed: number,
  deaths: readonly { atOperation: number; effect: boolean }[],
): Promise<void> {
  const tape = { tape: 't', gapRatio: 0.25 };
  const gappy = randomInstants({ seed, count: 20, symbols, ...tape });
  const server = createMemoryServer({ ackWaitMs: 60, drainTimeoutMs: 1 });
  await using bus = server.connect();
  const survivors: Service[] = [];
  const stops: (() => Promise<void>)[] = [];
  for (const [index, each] of deaths.entries()) {
    const dying = createMortal(each);
    const mortal = startTestWorker(dying.bus(server.connect()), `dies-${index}`, settings);
    stops.push(() => Promise.race([dying.isDead() ? undefined : mortal.stop(), dying.died]));
    void dying.died.then(() =>
      survivors.push(startTestWorker(server.connect(), `replaces-${index}`, settings)),
    );
  }
  const journal = await playPaced(bus, gappy, { tape: 't' });
  await Promise.all(stops.map((stop) => stop()));
  await Promise.all(survivors.map((survivor) => survivor.stop()));
  expect(journal.map(coreOf)).toEqual(simulated(gappy, { tape: 't', settings }).events);
}
