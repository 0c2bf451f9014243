import { PortfolioSettings, SymbolName, type JournalEvent } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import { aCandle } from '@heliograph/contracts/testing';
import { describe, expect, test } from 'vitest';
import { createDyingBus } from '../testing/dying-bus.ts';
import { playPaced, randomInstants } from '../testing/paced-feed.ts';
import { startExecution } from './execution.ts';

const settings = PortfolioSettings.parse({
  cash: '1000',
  stake: { kind: 'quote', value: '300' },
  feeBps: '10',
  slippageBps: '0',
  lotSize: '0.001',
  risk: { maxPositions: 1 },
});
const symbols = ['BTC/USDT', 'ETH/USDT'].map((symbol) =>
  aCandle({ symbol: SymbolName.parse(symbol) }),
);
const instants = randomInstants({ seed: 5, count: 12, symbols, tape: 't' });

function worker(bus: Bus, name: string) {
  return startExecution({
    bus,
    portfolio: 'paper',
    mode: 'paper',
    settings,
    worker: name,
    log: createSilentLogger(),
  });
}

async function play(atOperation?: number, effect = false) {
  const server = createMemoryServer({ ackWaitMs: 60, drainTimeoutMs: 1 });
  await using bus = server.connect();
  await using mortal = server.connect();
  const dying = createDyingBus(mortal, { atOperation: atOperation ?? Infinity, effect });
  const first = worker(dying.bus, 'first');
  let second: ReturnType<typeof worker> | undefined;
  const takeover = setInterval(() => {
    if (!dying.isDead() || second) return;
    second = worker(server.connect(), 'second');
  }, 5);
  const journal = await playPaced(bus, instants, { tape: 't' });
  clearInterval(takeover);
  await second?.stop();
  await Promise.race([dying.isDead() ? undefined : first.stop(), dying.died]);
  return { journal, died: dying.isDead() };
}

const core = ({ type, id, data }: JournalEvent) => ({ type, id, data });

describe('a worker that is killed', () => {
  test('at any operation, before or after its effect, changes nothing in the journal', async () => {
    const undisturbed = (await play()).journal.map(core);
    let survived = false;
    for (let atOperation = 1; !survived; atOperation++) {
      const runs = await Promise.all([play(atOperation, false), play(atOperation, true)]);
      for (const { journal } of runs)
        expect(journal.map(core), `killed at operation ${atOperation}`).toEqual(undisturbed);
      survived = runs.every(({ died }) => !died);
      expect(atOperation, 'the run has an end').toBeLessThan(500);
    }
  }, 120_000);
});
