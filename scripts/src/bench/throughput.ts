import { setTimeout as sleep } from 'node:timers/promises';
import type { BareClient } from './bare-client.ts';
import { openBenchServer } from './bench-server.ts';
import { startBareWorker, startExecutionWorker } from './child.ts';
import { watchDecisions } from './decisions.ts';
import { createLiveMarket, type LiveMarket } from './live-market.ts';
import { rowOf, type BenchContext, type Measure, type Row } from './measure.ts';
import { onlyWrites } from './only-writes.ts';
import { interleave } from './rounds.ts';

const portfolio = 'bench';
const workers = 3;
/** A round of the floor is that many times longer: it is that much faster, and a short one measures its start. */
const floorFactor = 10;
const unansweredAtMost = 256;
const patienceMs = 120_000;
const settleMs = 500;

/**
 * From the first signal published to the last one decided, with three execution workers in processes of their own and
 * 24 symbols, signals published as fast as the server takes them: once with a candle before each, so that every signal
 * becomes an order which fills, and once with signals that are all skipped.
 *
 * The floor is three processes with bare consumers, one for each partition with one message in flight as execution has
 * them, that only acknowledge the same signals, published by the same publisher; without candles, which would only
 * hold the publisher up. Beside both stands what a traded signal's writes alone would allow.
 */
export const throughput: Measure = {
  name: 'throughput',
  async run(context) {
    const { env } = context;
    await using stack = new AsyncDisposableStack();
    const { address, client } = await openBenchServer(env, stack);
    const market = createLiveMarket(client);
    const decided = createCount();
    const skips = { count: 0 };
    await watchDecisions(client, portfolio, () => ({ skipped }) => {
      if (skipped) skips.count++;
      decided.add(1, Date.now());
    });
    const acked = createCount();
    const execution = Array.from({ length: workers }, (_, number) =>
      startExecutionWorker(env, { address, worker: `bench-${number}`, portfolio }),
    );
    const bare = Array.from({ length: workers }, () => {
      let former = 0;
      return startBareWorker(env, { address, task: { kind: 'ack' } }, (line) => {
        const [count = 0, atMs = 0] = line.split(' ').map(Number);
        acked.add(count - former, atMs);
        former = count;
      });
    });
    const processes = (await Promise.all([...execution, ...bare])).map((child) => stack.use(child));
    const failed = Promise.race(processes.map((child) => child.failed));

    const count = market.symbols.length * Math.max(2, Math.round(5 * context.seconds));
    const floor = (): Promise<number> => {
      const done = acked.after(count * floorFactor);
      const work = { client, market, kind: 'floor', count: count * floorFactor, done } as const;
      return Promise.race([rate(work), failed]);
    };
    const measureBoth = async (kind: 'filled' | 'skipped'): Promise<Row> => {
      const before = skips.count;
      const measured = await interleave(context, {
        ours: () => {
          const done = decided.after(count);
          return Promise.race([rate({ client, market, kind, count, done }), failed]);
        },
        floor,
        onRound: (round) => note(context, `throughput, ${kind}: round ${round}`),
      });
      return rowOf({
        measure: 'throughput',
        figure: kind === 'filled' ? 'signals traded' : 'signals skipped',
        unit: '/s',
        ...measured,
        target: { of: 'ratio', bound: 'at least', limit: 0.5 },
        facts: { signalsPerRound: count, workers, skipped: skips.count - before },
      });
    };
    const measureWrites = async (): Promise<Row> => {
      const measured = await interleave(context, {
        ours: (round) => onlyWrites(address, { seconds: context.seconds, round }),
        floor,
        onRound: (round) => note(context, `throughput, writes alone: round ${round}`),
      });
      return rowOf({ measure: 'throughput', figure: 'its writes alone', unit: '/s', ...measured });
    };
    return [await measureBoth('filled'), await measureBoth('skipped'), await measureWrites()];
  },
};

function note({ terminal, rounds }: BenchContext, text: string): void {
  terminal.progress(`${text} of ${rounds}`);
}

/** Counts what is done, and tells when so many more were. */
interface Count {
  /** `atMs`: when the last of them was, epoch ms. */
  add(more: number, atMs: number): void;
  /** Resolves to when the last of so many from now on was done. */
  after(more: number): Promise<number>;
}

function createCount(): Count {
  let done = 0;
  let latestMs = 0;
  let waiting: { count: number; resolve: (atMs: number) => void } | undefined;
  return {
    add(more, atMs) {
      done += more;
      latestMs = Math.max(latestMs, atMs);
      if (waiting && done >= waiting.count) waiting.resolve(latestMs);
    },
    after: (more) =>
      new Promise((resolve) => {
        waiting = { count: done + more, resolve };
      }),
  };
}

async function rate(options: {
  client: BareClient;
  market: LiveMarket;
  kind: 'filled' | 'skipped' | 'floor';
  count: number;
  done: Promise<number>;
}): Promise<number> {
  const { market, kind, count, done } = options;
  const startedMs = Date.now();
  await publishAll(options);
  const endedMs = await Promise.race([done, sleep(patienceMs, undefined, { ref: false })]);
  if (endedMs === undefined) throw new Error(`not all of ${count} signals were worked off in time`);
  if (kind === 'filled') {
    await Promise.all(market.symbols.map((symbol) => market.candle(symbol)));
    await sleep(settleMs);
  }
  return (count / (endedMs - startedMs)) * 1_000;
}

/** In turns over all symbols, many publishes at once. */
async function publishAll(options: {
  client: BareClient;
  market: LiveMarket;
  kind: 'filled' | 'skipped' | 'floor';
  count: number;
}): Promise<void> {
  const { client, market, kind, count } = options;
  const { symbols } = market;
  const open = new Set<Promise<unknown>>();
  for (let published = 0; published < count; published += symbols.length) {
    if (kind === 'filled') await Promise.all(symbols.map((symbol) => market.candle(symbol)));
    for (const symbol of symbols) {
      const signal = kind === 'filled' ? market.signal(symbol) : market.idleSignal(symbol);
      const subject = kind === 'floor' ? signal.floorSubject : signal.subject;
      const stored = client.js.publish(subject, signal.body, { msgID: signal.id });
      const settled: Promise<unknown> = stored.finally(() => open.delete(settled));
      open.add(settled);
      if (open.size >= unansweredAtMost) await Promise.race(open);
    }
  }
  await Promise.all(open);
}
