import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JournalEvent, subjects, toTime } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { aSignal, eventually } from '@heliograph/contracts/testing';
import { readPortfolio } from '@heliograph/execution';
import { firstValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { startCli, temporaryFolder, type CliProcess, type CliResult } from '../testing/cli.ts';
import { startLivePlace } from '../testing/live-place.ts';

/** How often everything is entered and left again; more by hand. */
const rounds = Number(process.env['HELIOGRAPH_CRASH_ROUNDS'] ?? 1);
const symbols = ['BTC/USDT', 'ETH/USDT', 'BNB/USDT'] as const;
type Symbol = (typeof symbols)[number];
const prices = { 'BTC/USDT': '50000', 'ETH/USDT': '2500', 'BNB/USDT': '600' } as const;

const stillOnItsWay = z.enum(['undecided', 'open', 'unknown']);
const Closed = z.union([
  z.object({ left: z.literal('0') }),
  z.object({ left: z.string(), status: stillOnItsWay }),
]);
/** Of `close`, `cancel` and `panic`. */
const Answer = z.object({
  closed: z.array(Closed).optional(),
  entries: z.array(z.object({ symbol: z.string(), status: z.string() })).optional(),
  held: z.array(z.unknown()).optional(),
  unanswered: z.array(z.string()).optional(),
});

async function journalOf(bus: Bus): Promise<JournalEvent[]> {
  const messages = await firstValueFrom(bus.read({ stream: 'TRADING' }).pipe(toArray()));
  return messages.map(({ body }) => JournalEvent.parse(JSON.parse(body)));
}

/** A purchase at the market, or at a limit that never comes. */
async function enter(bus: Bus, id: string, symbol: Symbol, limitPrice?: string): Promise<void> {
  const time = toTime(Date.now());
  const signal = aSignal({
    id,
    time,
    recordedtime: time,
    expirytime: toTime(Date.now() + 60_000),
    data: {
      mode: 'live',
      symbol,
      referencePrice: { price: prices[symbol], kind: 'last', time },
      ...(limitPrice !== undefined && { entry: { type: 'limit', limitPrice } }),
    },
  });
  await bus.publish({ subject: subjects.signal(signal.data), id, body: JSON.stringify(signal) });
}

test(
  'what a person asks for is done once, whoever is killed meanwhile, or it is said what is not',
  async () => {
    await using folder = await temporaryFolder();
    const cwd = folder.path;
    await writeFile(join(cwd, 'risk.json'), JSON.stringify({ symbols, maxPositions: 3 }));
    await using place = await startLivePlace(cwd, { USDT: '100000', BTC: '0', ETH: '0', BNB: '0' });
    const { exchange, bus, env } = place;
    const args = 'run execution --mode live --venue-id binance --cash 50000 --stake 500';
    const limits = ['--lot-size', '0.00001', '--risk', 'risk.json', '--portfolio', 'money'];
    let begun = 0;
    const begin = (): CliProcess =>
      startCli([...args.split(' '), ...limits, '--worker', `w${++begun}`], { cwd, env });
    const workers = [begin(), begin()];
    await using _workers = { [Symbol.asyncDispose]: () => endAll(workers) };

    let kills = 0;
    const killOne = (): void => {
      const at = kills++ % workers.length;
      workers[at]?.kill('SIGKILL');
      workers[at] = begin();
    };
    /** Gives commands at once and kills a worker, or both, while they are carried out. */
    const given = async (...commands: string[]) => {
      const running = commands.map((line) =>
        startCli([...line.split(' '), '--portfolio', 'money', '--wait', '30s', '--json'], {
          cwd,
          env,
        }),
      );
      const answered = Promise.all(running.map(({ result }) => result));
      await sleep(300 + Math.random() * 900);
      killOne();
      await sleep(Math.random() * 1_000);
      killOne();
      return answered;
    };
    const portfolio = () => readPortfolio(bus, 'money');
    const held = async (): Promise<string[]> =>
      [...(await portfolio()).positions.values()].map(({ symbol }) => symbol).toSorted();
    const waiting = async (): Promise<string[]> =>
      [...(await portfolio()).orders.values()].map(({ symbol, status }) => `${symbol} ${status}`);

    await eventually(async () => {
      const types = (await journalOf(bus)).map(({ type }) => type);
      expect(types).toContain('reconciliation_reported');
    });
    const codes: (number | null)[] = [];
    for (let round = 0; round < rounds; round++) {
      await enter(bus, `btc${round}`, 'BTC/USDT');
      await enter(bus, `bnb${round}`, 'BNB/USDT');
      await enter(bus, `eth${round}`, 'ETH/USDT', '2000');
      await eventually(async () => {
        expect(await held()).toEqual(['BNB/USDT', 'BTC/USDT']);
        expect(await waiting()).toEqual(['ETH/USDT accepted']);
      });
      await exchange.fault({ kind: 'lost_answer', on: 'POST /api/v3/order' });
      const [close, cancel] = await given('close BTC/USDT', 'cancel ETH/USDT');
      codes.push(close?.code ?? null, cancel?.code ?? null);
      expectAnswer(close, ({ closed = [] }) => leftOf(closed));
      expectAnswer(cancel, ({ entries = [] }) =>
        entries.filter(({ status }) => status !== 'cancelled'),
      );
      await eventually(async () => {
        expect(await held()).toEqual(['BNB/USDT']);
        expect(await waiting()).toEqual([]);
      });

      await enter(bus, `more${round}`, 'ETH/USDT', '2100');
      await eventually(async () => expect(await waiting()).toEqual(['ETH/USDT accepted']));
      // One that is killed itself is given again.
      const first = startCli(['panic', '--yes', '--portfolio', 'money'], { cwd, env });
      await sleep(300 + Math.random() * 900);
      first.kill('SIGKILL');
      const [panic] = await given('panic --yes');
      codes.push(panic?.code ?? null);
      expectAnswer(panic, ({ closed = [], entries = [], held = [], unanswered = [] }) => [
        ...leftOf(closed),
        ...entries,
        ...held,
        ...unanswered,
      ]);
      await eventually(async () => {
        expect([await held(), await waiting()]).toEqual([[], []]);
        expect((await portfolio()).tradingState.state).toBe('HALTED');
      });
      const resume = ['resume', '--reason', 'over', '--portfolio', 'money', '--wait', '30s'];
      await startCli(resume, { cwd, env }).result;
      await eventually(async () => {
        expect((await portfolio()).tradingState.state).toBe('ACTIVE');
      });
    }

    const orders = await exchange.orders();
    expect(orders.map(({ status }) => status).filter((status) => status !== 'FILLED')).toEqual(
      Array.from({ length: 2 * rounds }, () => 'CANCELED'),
    );
    const signalOf = new Map(
      (await journalOf(bus)).flatMap((event) =>
        event.type === 'order_intended' ? [[event.data.orderId, event.data.signalId] as const] : [],
      ),
    );
    const traded = orders.map(({ clientOrderId }) => signalOf.get(clientOrderId));
    expect(traded, 'no order that the journal does not know').not.toContain(undefined);
    expect(new Set(traded).size, 'one order a signal').toBe(orders.length);
    const sales = orders.filter(({ side }) => side === 'SELL');
    expect(sales, 'each position was sold once').toHaveLength(2 * rounds);
    for (const asset of ['BTC', 'ETH', 'BNB']) {
      const left = Number((await exchange.total(asset)).toFixed());
      // The exchange keeps its fee in what was bought, so less than a lot may be left of each.
      expect({ asset, isLeft: left >= 0 && left < rounds * 0.001 }).toEqual({
        asset,
        isLeft: true,
      });
    }
    process.stdout.write(`${JSON.stringify({ rounds, kills, orders: orders.length, codes })}\n`);
  },
  60_000 + rounds * 240_000,
);

/** Done, or what is not done is said; a command is never without an answer. */
function expectAnswer(
  result: CliResult | undefined,
  left: (answer: z.infer<typeof Answer>) => readonly unknown[],
): void {
  const answer = Answer.parse(JSON.parse(result?.stdout ?? ''));
  expect(result).toMatchObject({ code: left(answer).length === 0 ? 0 : 3 });
}

function leftOf(closed: z.infer<typeof Closed>[]): z.infer<typeof Closed>[] {
  return closed.filter(({ left }) => left !== '0');
}

async function endAll(workers: readonly CliProcess[]): Promise<void> {
  for (const worker of workers) await worker[Symbol.asyncDispose]();
}
