import { setTimeout as sleep } from 'node:timers/promises';
import type { SymbolName } from '@heliograph/contracts';
import { floorJournal, type BareClient } from './bare-client.ts';
import { openBenchServer } from './bench-server.ts';
import { startBareWorker, startExecutionWorker } from './child.ts';
import { watchDecisions, type Decision } from './decisions.ts';
import { createLiveMarket, type LiveMarket, type LiveSignal } from './live-market.ts';
import { rowOf, type Measure } from './measure.ts';
import { interleave } from './rounds.ts';
import { percentile } from './statistics.ts';

const portfolio = 'bench';
const perSecond = 100;
const patienceMs = 60_000;
const settleMs = 500;

/**
 * From the call that publishes a signal to the moment at which a subscriber has its `order_intended` from the stored
 * journal, with one execution worker in a process of its own. Between the signals come candles that fill the orders
 * before, so every signal becomes an order, and the worker does all that it has to do for it.
 *
 * The floor takes the same way with the bare client alone: the same publisher publishes the same bytes with an
 * acknowledgement into a stream of the same settings; one bare consumer in a process of its own publishes one message
 * of the size of the intent, with an acknowledgement, into a second one; the same kind of subscriber waits for that.
 * So both write twice and deliver twice; the floor reads no signal, decides nothing, keeps no order and fills none.
 */
export const latency: Measure = {
  name: 'latency',
  async run(context) {
    const { env, terminal, seconds } = context;
    await using stack = new AsyncDisposableStack();
    const { address, client } = await openBenchServer(env, stack);
    const worker = stack.use(
      await startExecutionWorker(env, { address, worker: 'bench', portfolio }),
    );
    const market = createLiveMarket(client);
    const seen = createSightings();
    const skips = { count: 0 };
    const sample = Promise.withResolvers<Decision>();
    await watchDecisions(client, portfolio, () => {
      const atMs = performance.now();
      return (decision) => {
        if (decision.skipped) skips.count++;
        else sample.resolve(decision);
        seen.at(decision.signalId, atMs);
      };
    });
    const { bytes } = await Promise.race([firstDecision(client, market, sample), worker.failed]);

    await client.watch(floorJournal, ['floor_journal.*'], (message) =>
      seen.at(message.headers?.get('Nats-Msg-Id') ?? '', performance.now()),
    );
    const task = { kind: 'append', bytes };
    const bare = stack.use(await startBareWorker(env, { address, task }));

    const send = async (side: 'ours' | 'floor') => {
      const turns = Math.ceil((seconds * perSecond) / market.symbols.length);
      const count = turns * market.symbols.length;
      const sending = sendPaced({ client, market, seen, side, count });
      return Promise.race([sending, worker.failed, bare.failed]);
    };
    const { ours, floor } = await interleave(context, {
      ours: () => send('ours'),
      floor: () => send('floor'),
      onRound: (round) => terminal.progress(`latency: round ${round} of ${context.rounds}`),
    });
    const row = (percent: number, limit: number) =>
      rowOf({
        measure: 'latency',
        figure: `signal to intent, p${percent}`,
        unit: 'ms',
        ours: ours.map((times) => percentile(times, percent)),
        floor: floor.map((times) => percentile(times, percent)),
        target: { of: 'ratio', bound: 'at most', limit },
        facts: {
          signalsPerRound: ours[0]?.length ?? 0,
          perSecond,
          skipped: skips.count,
          intentBytes: bytes,
        },
      });
    return [row(50, 2), row(99, 3)];
  },
};

/** Opens the portfolio, and shows how large an intent is. */
async function firstDecision(
  { js }: BareClient,
  market: LiveMarket,
  sample: PromiseWithResolvers<Decision>,
): Promise<Decision> {
  const [symbol] = market.symbols;
  if (symbol === undefined) throw new Error('there is no symbol');
  await market.candle(symbol);
  const { subject, body, id } = market.signal(symbol);
  await js.publish(subject, body, { msgID: id });
  const first = await Promise.race([sample.promise, sleep(patienceMs, undefined, { ref: false })]);
  if (first === undefined) throw new Error(`no decision within ${patienceMs} ms`);
  await fillAll(market);
  return first;
}

/** When which signal's decision was seen. */
interface Sightings {
  at(id: string, atMs: number): void;
  of(id: string): Promise<number>;
}

function createSightings(): Sightings {
  const waiting = new Map<string, (atMs: number) => void>();
  return {
    at(id, atMs) {
      waiting.get(id)?.(atMs);
      waiting.delete(id);
    },
    of: (id) => new Promise((resolve) => waiting.set(id, resolve)),
  };
}

/** Sends signals at an even rate, whether or not the former are answered, and resolves to how long each took, in ms. */
async function sendPaced(options: {
  client: BareClient;
  market: LiveMarket;
  seen: Sightings;
  side: 'ours' | 'floor';
  count: number;
}): Promise<number[]> {
  const { client, market, seen, side, count } = options;
  const { symbols } = market;
  const everyMs = 1_000 / perSecond;
  const startMs = performance.now();
  const times: Promise<number>[] = [];
  const publish = async ({ id, body, subject, floorSubject }: LiveSignal): Promise<number> => {
    const sighted = seen.of(id);
    const atMs = performance.now();
    await client.js.publish(side === 'ours' ? subject : floorSubject, body, { msgID: id });
    return (await sighted) - atMs;
  };
  const candles = new Map<SymbolName, Promise<void>>();
  for (let index = 0; index < count; index++) {
    const dueMs = startMs + index * everyMs;
    const [symbol, other] = [index, index + symbols.length / 2].map(
      (place) => symbols[place % symbols.length],
    );
    if (symbol === undefined || other === undefined) break;
    await until(dueMs);
    // The signal has to name the candle that it follows.
    await candles.get(symbol);
    times.push(publish(side === 'ours' ? market.signal(symbol) : market.idleSignal(symbol)));
    if (side === 'floor') continue;
    await until(dueMs + everyMs / 2);
    candles.set(other, market.candle(other));
  }
  await Promise.all(candles.values());
  const all = await Promise.race([
    Promise.all(times),
    sleep(patienceMs, undefined, { ref: false }),
  ]);
  if (all === undefined) throw new Error(`not all of ${count} signals were decided in time`);
  if (side === 'ours') await fillAll(market);
  return all;
}

/** So that the next round finds no order resting. */
async function fillAll(market: LiveMarket): Promise<void> {
  await Promise.all(market.symbols.map((symbol) => market.candle(symbol)));
  await sleep(settleMs);
}

function until(atMs: number): Promise<void> {
  return sleep(Math.max(0, atMs - performance.now()));
}
