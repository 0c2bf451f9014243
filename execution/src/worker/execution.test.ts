import { subjects, SymbolName, toTime } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { aCandle, aSignal, startTestNats, someSettings } from '@heliograph/contracts/testing';
import { firstValueFrom, map, take, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { draftOf } from '../decision/state/draft.ts';
import { createDecisionsHash } from '../decisions-hash.ts';
import { coreOf, simulated, startTestWorker } from '../testing/expected.ts';
import { playPaced, randomInstants } from '../testing/paced-feed.ts';

const settings = someSettings({
  cash: '1000',
  stake: { kind: 'quote', value: '300' },
  slippageBps: '5',
  risk: { maxPositions: 2 },
});

const symbols = ['BTC/USDT', 'ETH/USDT', 'XRP/USDT', 'DOGE/USDT'].map((symbol) =>
  aCandle({ symbol: SymbolName.parse(symbol) }),
);

function worker(bus: Bus, name: string) {
  return startTestWorker(bus, name, settings);
}

const servers = {
  'the in-process bus': async () => {
    const server = createMemoryServer();
    return { connect: async () => server.connect(), [Symbol.asyncDispose]: async () => undefined };
  },
  JetStream: startTestNats,
};

describe.for(Object.entries(servers))('execution workers on %s', ([, startServer]) => {
  test('write the journal of the simulation, to the byte', async () => {
    await using server = await startServer();
    await using bus = await server.connect();
    await using _worker = worker(await server.connect(), 'one');
    const instants = randomInstants({ seed: 7, count: 60, symbols, tape: 't-1' });
    const journal = await playPaced(bus, instants, { tape: 't-1' });
    expect(journal.map(coreOf)).toEqual(simulated(instants, { tape: 't-1', settings }).events);
    expect(new Set(journal.map(({ type }) => type))).toContain('trade_closed');
    const reasons = journal.flatMap((event) =>
      event.type === 'signal_skipped' ? [event.data.reason] : [],
    );
    expect(new Set(reasons), 'the limit binds').toContain('MAX_POSITIONS');
  });

  test('decide alike when three of them share the signals', async () => {
    await using server = await startServer();
    await using bus = await server.connect();
    await using _one = worker(await server.connect(), 'one');
    await using _two = worker(await server.connect(), 'two');
    await using _three = worker(await server.connect(), 'three');
    const instants = randomInstants({ seed: 11, count: 60, symbols, tape: 't-1' });
    const journal = await playPaced(bus, instants, { tape: 't-1' });
    const decisions = createDecisionsHash();
    for (const event of journal) decisions.add(draftOf(event));
    const expected = simulated(instants, { tape: 't-1', settings });
    expect(decisions.digest()).toBe(expected.hash);
    expect(journal.map(coreOf).toSorted(byId)).toEqual(expected.events.toSorted(byId));
    const authors = new Set(
      journal.filter(({ type }) => type === 'order_intended').map(({ source }) => source),
    );
    expect(authors.size, 'they share the work').toBeGreaterThan(1);
  });

  test('are not stopped by a signal that names a place which MARKET does not have', async () => {
    await using server = await startServer();
    await using bus = await server.connect();
    await using _worker = worker(await server.connect(), 'one');
    const far = { id: 'x', sequence: 1_000_000 };
    const signals = ['far', 'next'].map((id, index) =>
      aSignal({ id, time: toTime(index * 1_000), data: { tape: index === 0 ? far : { id: 'x' } } }),
    );
    for (const signal of signals)
      await bus.publish({
        subject: subjects.signal(signal.data),
        id: signal.id,
        body: JSON.stringify(signal),
      });
    const decided = bus.log('trading.paper-x').follow(0);
    const types = decided.pipe(
      map(({ subject }) => subject.split('.').at(-1)),
      take(4),
      toArray(),
    );
    await expect(firstValueFrom(types)).resolves.toEqual([
      'portfolio_opened',
      'order_intended',
      'order_accepted',
      'signal_skipped',
    ]);
  });

  test('end their tapes although somebody has published garbage about others', async () => {
    await using server = await startServer();
    await using bus = await server.connect();
    const wrong = JSON.stringify(aSignal());
    for (const [id, body] of Object.entries({ garbage: 'garbage', wrong }))
      await bus.publish({ subject: 'market.tape.x', id, body });
    await using _worker = worker(await server.connect(), 'one');
    const instants = randomInstants({ seed: 3, count: 5, symbols, tape: 't' });
    const journal = await playPaced(bus, instants, { tape: 't' });
    expect(journal.at(-1)?.type).toBe('portfolio_marked');
  });

  test('trade two replays side by side, each in a portfolio of its own', async () => {
    await using server = await startServer();
    await using bus = await server.connect();
    await using _worker = worker(await server.connect(), 'one');
    const first = randomInstants({ seed: 1, count: 30, symbols, tape: 'a' });
    const second = randomInstants({ seed: 2, count: 30, symbols, tape: 'b' });
    const journals = await Promise.all([
      playPaced(bus, first, { tape: 'a' }),
      playPaced(bus, second, { tape: 'b' }),
    ]);
    expect(journals[0].map(coreOf)).toEqual(simulated(first, { tape: 'a', settings }).events);
    expect(journals[1].map(coreOf)).toEqual(simulated(second, { tape: 'b', settings }).events);
  });
});

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
