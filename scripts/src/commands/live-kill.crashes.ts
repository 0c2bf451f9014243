import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Big,
  EventId,
  JournalEvent,
  MessageDeadLettered,
  subjects,
  toTime,
} from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { aSignal, eventually } from '@heliograph/contracts/testing';
import { firstValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { startCli, temporaryFolder, type CliProcess } from '../testing/cli.ts';
import { startLivePlace } from '../testing/live-place.ts';

/** How long workers are killed; longer by hand. */
const seconds = Number(process.env['HELIOGRAPH_CRASH_SECONDS'] ?? 20);
const symbols = ['BTC/USDT', 'ETH/USDT', 'BNB/USDT'] as const;
const prices = { 'BTC/USDT': '50000', 'ETH/USDT': '2500', 'BNB/USDT': '600' } as const;

async function journalOf(bus: Bus): Promise<JournalEvent[]> {
  const messages = await firstValueFrom(bus.read({ stream: 'TRADING' }).pipe(toArray()));
  return messages.map(({ body }) => JournalEvent.parse(JSON.parse(body)));
}

async function lettersOn(bus: Bus): Promise<MessageDeadLettered[]> {
  const messages = await firstValueFrom(bus.read({ stream: 'DEAD_LETTERS' }).pipe(toArray()));
  return messages.map(({ body }) => MessageDeadLettered.parse(JSON.parse(body)));
}

async function publish(bus: Bus, id: string, symbol: (typeof symbols)[number], enters: boolean) {
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
      ...(!enters && { intent: 'exit', side: 'sell', targetPosition: 'flat' }),
    },
  });
  await bus.publish({ subject: subjects.signal(signal.data), id, body: JSON.stringify(signal) });
}

test(
  'workers of real processes are killed at random, and every signal has one order at most',
  async () => {
    await using folder = await temporaryFolder();
    const cwd = folder.path;
    await writeFile(join(cwd, 'risk.json'), JSON.stringify({ symbols, maxPositions: 3 }));
    await using place = await startLivePlace(cwd, { USDT: '100000', BTC: '0', ETH: '0', BNB: '0' });
    const { exchange, bus, env } = place;
    const args = 'run execution --mode live --venue-id binance --cash 50000 --stake 500';
    const limits = ['--lot-size', '0.00001', '--risk', 'risk.json'];
    const begin = (worker: string): CliProcess =>
      startCli([...args.split(' '), ...limits, '--worker', worker], { cwd, env });

    const workers = [begin('one-0'), begin('two-0')];
    await using _workers = { [Symbol.asyncDispose]: () => endAll(workers) };
    await eventually(async () => {
      const types = (await journalOf(bus)).map(({ type }) => type);
      expect(types).toContain('reconciliation_reported');
    });

    let kills = 0;
    let sent = 0;
    const untilMs = Date.now() + seconds * 1_000;
    const signalling = async (): Promise<void> => {
      for (; Date.now() < untilMs; sent++) {
        const symbol = symbols[sent % symbols.length] ?? 'BTC/USDT';
        await publish(bus, `s${sent}`, symbol, Math.floor(sent / symbols.length) % 2 === 0);
        await sleep(100 + Math.random() * 200);
      }
    };
    const killing = async (): Promise<void> => {
      while (Date.now() < untilMs) {
        await sleep(300 + Math.random() * 2_500);
        const at = Math.floor(Math.random() * workers.length);
        workers[at]?.kill('SIGKILL');
        kills++;
        workers[at] = begin(`${at === 0 ? 'one' : 'two'}-${kills}`);
      }
    };
    await Promise.all([signalling(), killing()]);

    await eventually(
      async () => {
        const journal = await journalOf(bus);
        const decided = new Set(
          journal.flatMap((event) =>
            event.type === 'signal_skipped' || event.type === 'order_intended'
              ? [event.data.signalId]
              : [],
          ),
        );
        for (const { data } of await lettersOn(bus)) {
          expect(data.error).toMatch(/^delivered \d+ times without an answer/);
          decided.add(EventId.parse(JSON.parse(data.body).id));
        }
        expect(decided.size, 'every signal is decided, or a letter that killed five').toBe(sent);
        expect(openIn(journal), 'nothing is open or unknown').toEqual([]);
      },
      // They come faster than workers get to them that are killed all the time.
      { timeoutMs: 60_000 + seconds * 1_500 },
    );

    const journal = await journalOf(bus);
    const orders = await exchange.orders();
    const signalOf = new Map(
      journal.flatMap((event) =>
        event.type === 'order_intended' ? [[event.data.orderId, event.data.signalId] as const] : [],
      ),
    );
    const filled = new Set(
      journal.flatMap((event) => (event.type === 'order_filled' ? [event.data.orderId] : [])),
    );
    expect(
      orders.map(({ clientOrderId }) => clientOrderId).toSorted(),
      'the orders at the exchange are those that the journal has filled',
    ).toEqual([...filled].toSorted());
    const traded = orders.map(({ clientOrderId }) => signalOf.get(clientOrderId));
    expect(new Set(traded).size, 'one order a signal').toBe(orders.length);
    const changes = journal.filter((event) => event.type === 'position_changed');
    const cash = changes.at(-1)?.data.cash ?? '50000';
    expect(new Big(cash).minus('50000').toFixed(), 'the ledger is the exchange').toBe(
      (await exchange.total('USDT')).minus('100000').toFixed(),
    );
    const closed = journal.filter(({ type }) => type === 'trade_closed').length;
    for (const symbol of symbols) {
      const held = changes.findLast(({ data }) => data.symbol === symbol)?.data.quantity ?? '0';
      const rest = Number((await exchange.total(symbol.slice(0, 3))).minus(held).toFixed());
      // The exchange keeps its fee in what was bought, so less than a lot may be left of each trade.
      expect({ symbol, rest, isRest: rest >= 0 && rest < closed * 0.001 }).toMatchObject({
        isRest: true,
      });
    }
    const endings: Record<string, number> = {};
    for (const event of journal)
      if (
        event.type === 'signal_skipped' ||
        event.type === 'order_cancelled' ||
        event.type === 'order_rejected'
      ) {
        const ending = `${event.type} ${event.data.reason}`;
        endings[ending] = (endings[ending] ?? 0) + 1;
      }
    const letters = (await lettersOn(bus)).length;
    const figures = { kills, signals: sent, orders: orders.length, letters, ...endings };
    process.stdout.write(`${JSON.stringify(figures)}\n`);
  },
  (seconds * 3 + 150) * 1_000,
);

async function endAll(workers: readonly CliProcess[]): Promise<void> {
  for (const worker of workers) await worker[Symbol.asyncDispose]();
}

function openIn(journal: readonly JournalEvent[]): string[] {
  const open = new Set<string>();
  for (const event of journal) {
    if (event.type === 'order_intended') open.add(event.data.orderId);
    const isOver =
      event.type === 'order_cancelled' ||
      event.type === 'order_rejected' ||
      (event.type === 'order_filled' && event.data.complete);
    if (isOver) open.delete(event.data.orderId);
  }
  return [...open];
}
