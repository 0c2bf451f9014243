import {
  candleEvent,
  subjects,
  toTime,
  TradePrinted,
  type PortfolioSettings,
} from '@heliograph/contracts';
import { createSilentLogger } from '@heliograph/contracts/service';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { aCandle } from '@heliograph/contracts/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OrderRequest, Report } from '../brokers/broker.ts';
import { createMortal } from '../testing/mortal.ts';
import { PaperEvent, reportOf } from './events.ts';
import { createPaperExchange } from './exchange.ts';
import { anOrder, paperSettings } from './market-fixture.ts';
import { openPaperBroker, type PaperBroker } from './paper-broker.ts';
import {
  printIn,
  protectionOf,
  randomMoments,
  randomSettings,
  show,
  type Moment,
} from './random-market.ts';
import type { Print } from './slice.ts';

const why = { timeMs: 0, reason: 'CANCEL_REQUESTED', detail: '' } as const;

const context = { tape: 't', source: 'test', recordedMs: 0 };

async function publish(bus: Bus, subject: string, event: { id: string }): Promise<number> {
  const { sequence } = await bus.publish({ subject, id: event.id, body: JSON.stringify(event) });
  return sequence;
}

function printEvent({ venue, symbol, price, quantity, timeMs }: Print): TradePrinted {
  const id = `${symbol}@${timeMs}`;
  return TradePrinted.parse({
    specversion: '1.0',
    id,
    source: context.source,
    type: 'trade_printed',
    schemaversion: 1,
    subject: symbol,
    time: toTime(timeMs),
    recordedtime: toTime(timeMs),
    correlationid: id,
    data: { tape: { id: context.tape }, venue, symbol, tradeId: id, price, quantity },
  });
}

interface Worker {
  readonly broker: PaperBroker;
  match(): Promise<void>;
  act(moment: Moment): Promise<void>;
}

/** Who trades: the orders by their ids, and what a report makes them do. */
function createTrader() {
  const orders = new Map<string, OrderRequest>();
  const isProtected = new Set<string>();
  return {
    orders,
    know(moment: Moment): void {
      for (const action of moment.actions)
        if (action.type === 'place') {
          orders.set(action.order.id, action.order);
          if (action.isProtected) isProtected.add(action.order.id);
        }
    },
    answerTo(report: Report): readonly OrderRequest[] {
      const entry = orders.get(report.orderId);
      if (report.type !== 'filled' || !entry || !isProtected.has(entry.id)) return [];
      const protection = protectionOf(entry, report);
      for (const order of protection) orders.set(order.id, order);
      return protection;
    },
  };
}

function inProcess(settings: PortfolioSettings, moments: readonly Moment[]): Report[] {
  const trader = createTrader();
  const reports: Report[] = [];
  const exchange = createPaperExchange({
    settings,
    onReport(report) {
      reports.push(withoutPlace(report));
      for (const order of trader.answerTo(report)) exchange.place(order);
    },
  });
  for (const moment of moments) {
    show(exchange, moment);
    trader.know(moment);
    for (const action of moment.actions) {
      const order = action.type === 'place' ? action.order : trader.orders.get(action.id);
      if (action.type === 'place') exchange.place(action.order);
      else if (order) exchange.cancel(order.id, why);
    }
  }
  return reports;
}

async function openWorker(
  bus: Bus,
  trader: ReturnType<typeof createTrader>,
  settings: PortfolioSettings,
): Promise<Worker> {
  const seenUpTo = await bus.lastSequence('MARKET');
  const broker = await openPaperBroker({
    log: createSilentLogger(),
    bus,
    account: 'a',
    tape: 't',
    settings,
    seenUpTo,
  });
  let answered = 0;
  /** What a desk does: reads what has happened, in order, and places what protects it. */
  const answer = async (): Promise<void> => {
    for (;;) {
      const known = await Promise.all(
        [...trader.orders.values()].map((order) => broker.reportsOf(order)),
      );
      const next = known
        .flatMap((reports) => reports ?? [])
        .filter(({ sequence }) => sequence > answered)
        .toSorted((a, b) => a.sequence - b.sequence)[0];
      if (!next) return;
      for (const order of trader.answerTo(next)) await broker.place(order);
      answered = next.sequence;
    }
  };
  return {
    broker,
    match: () => broker.matchMissed(0, answer),
    async act(moment) {
      for (const action of moment.actions) {
        const order = action.type === 'place' ? action.order : trader.orders.get(action.id);
        const tapeSequence = await bus.lastSequence('MARKET');
        if (action.type === 'place') await broker.place({ ...action.order, tapeSequence });
        else if (order) await broker.cancel(order, why);
      }
      await answer();
    },
  };
}

/** The same over a bus, by a worker that dies now and then in the middle of its work, and the next that takes over. */
async function overReplicas(
  settings: PortfolioSettings,
  moments: readonly Moment[],
  lives: readonly number[],
): Promise<Report[]> {
  const server = createMemoryServer({ drainTimeoutMs: 1 });
  await using market = server.connect();
  const trader = createTrader();
  const remaining = [...lives];

  const startWorker = async () => {
    await using connected = new AsyncDisposableStack();
    const bus = connected.use(server.connect());
    const mortal = createMortal({
      atOperation: remaining.shift() ?? Infinity,
      effect: remaining.length % 2 === 0,
    });
    const worker = await Promise.race([
      openWorker(mortal.bus(bus), trader, settings),
      mortal.died.then(() => undefined),
    ]);
    const kept = connected.move();
    return { worker, mortal, stop: () => kept.disposeAsync() };
  };
  let life = await startWorker();
  /** Until somebody has lived to see the end of it. */
  const insist = async (work: (worker: Worker) => Promise<void>): Promise<void> => {
    for (;;) {
      const { worker, mortal } = life;
      if (worker) {
        await Promise.race([work(worker), mortal.died]);
        if (!mortal.isDead()) return;
      }
      await life.stop();
      life = await startWorker();
    }
  };
  for (const moment of moments) {
    // Whoever comes later begins at the end of MARKET.
    await publishMoment(market, moment, life.worker ? [life.worker] : []);
    await insist((worker) => worker.match());
    trader.know(moment);
    await insist(async (worker) => {
      await worker.match();
      await worker.act(moment);
    });
  }
  await life.stop();
  return reportsIn(market);
}

/** The same over a bus, by workers that all do everything at once. */
async function sideBySide(
  settings: PortfolioSettings,
  moments: readonly Moment[],
  count: number,
): Promise<Report[]> {
  const server = createMemoryServer({ drainTimeoutMs: 1 });
  await using stack = new AsyncDisposableStack();
  const market = stack.use(server.connect());
  const trader = createTrader();
  const workers = await Promise.all(
    Array.from({ length: count }, () => openWorker(stack.use(server.connect()), trader, settings)),
  );
  for (const moment of moments) {
    await publishMoment(market, moment, workers);
    await Promise.all(workers.map((worker) => worker.match()));
    trader.know(moment);
    await Promise.all(workers.map((worker) => worker.act(moment)));
  }
  return reportsIn(market);
}

async function publishMoment(
  market: Bus,
  moment: Moment,
  workers: readonly Worker[],
): Promise<void> {
  const print = printIn(moment);
  if (print) {
    const sequence = await publish(market, subjects.print(print), printEvent(print));
    for (const { broker } of workers) broker.onPrint(print, sequence);
  }
  const event = candleEvent(moment.candle, context);
  const sequence = await publish(market, subjects.candle(moment.candle), event);
  for (const { broker } of workers) broker.onCandle(moment.candle, sequence);
}

async function reportsIn(market: Bus): Promise<Report[]> {
  const events = (await market.log('paper.a').readAfter(0)).map(({ body }) =>
    PaperEvent.parse(JSON.parse(body)),
  );
  return events
    .filter((event) => event.type !== 'account_opened')
    .map((event, index) => withoutPlace(reportOf(event, index + 1)));
}

/** Whoever plays a tape in process counts its prices, MARKET its messages. */
function withoutPlace(report: Report): Report {
  const { tape: _, ...rest } = report;
  return rest;
}

test('workers that work side by side write the book of the exchange in process', async () => {
  await fc.assert(
    fc.asyncProperty(
      randomSettings,
      randomMoments,
      fc.integer({ min: 2, max: 4 }),
      async (settings, moments, count) => {
        expect(await sideBySide(settings, moments, count)).toEqual(inProcess(settings, moments));
      },
    ),
    { numRuns: 50 },
  );
});

test('workers that die and take over write the book of the exchange in process', async () => {
  await fc.assert(
    fc.asyncProperty(
      randomSettings,
      randomMoments,
      fc.array(fc.integer({ min: 2, max: 25 }), { maxLength: 6 }),
      async (settings, moments, lives) => {
        expect(await overReplicas(settings, moments, lives)).toEqual(inProcess(settings, moments));
      },
    ),
    { numRuns: 100 },
  );
});

test('a fill that nobody has answered is answered by whoever takes over, in its own candle', async () => {
  const bus = createMemoryServer({ drainTimeoutMs: 1 }).connect();
  const settings = paperSettings();
  const entry = anOrder({ ...aCandle(), timeMs: aCandle().openTime });
  const open = async () =>
    openPaperBroker({
      log: createSilentLogger(),
      bus,
      account: 'a',
      tape: 't',
      settings,
      seenUpTo: await bus.lastSequence('MARKET'),
    });
  const first = await open();
  await first.place(entry);
  for (const candle of [aCandle({ open: 100, close: 90 }), aCandle({ at: 1, close: 200 })]) {
    const event = candleEvent(candle, context);
    const sequence = await publish(bus, subjects.candle(candle), event);
    first.onCandle(candle, sequence);
  }
  await first.matchMissed(0, async () => undefined);

  const second = await open();
  const stop = anOrder({
    ...entry,
    id: 's',
    side: 'sell',
    type: 'stop',
    stopPrice: '95',
    protects: entry.id,
  });
  await second.matchMissed(0, async () => void (await second.place(stop)));
  expect(await second.reportsOf(stop)).toMatchObject([
    { type: 'accepted' },
    { type: 'filled', price: '95', timeMs: aCandle().closeTime - 1 },
  ]);
});

test('an order that another worker has placed a moment ago is taken back at once', async () => {
  const server = createMemoryServer();
  const settings = paperSettings();
  const open = () =>
    openPaperBroker({
      bus: server.connect(),
      account: 'p',
      tape: 't',
      settings,
      seenUpTo: 0,
      log: createSilentLogger(),
    });
  await using one = await open();
  await using other = await open();
  const order = anOrder({ venue: aCandle().venue, symbol: aCandle().symbol, timeMs: 0 });
  await one.place(order);
  await other.cancel(order, why);
  await one.openOrders([]);
  expect((await one.reportsOf(order))?.map(({ type }) => type)).toEqual(['accepted', 'cancelled']);
});
