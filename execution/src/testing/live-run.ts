import {
  JournalEvent,
  subjects,
  toTime,
  type JournalEventOf,
  type JournalEventType,
  type TradeSignal,
} from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger, type Service } from '@heliograph/contracts/service';
import { aCandleEvent, aSignal, eventually, someSettings } from '@heliograph/contracts/testing';
import { firstValueFrom, toArray } from 'rxjs';
import { draftOf } from '../decision/state/draft.ts';
import { evolve } from '../decision/state/evolve.ts';
import { emptyPortfolio, type PortfolioState } from '../decision/state/portfolio.ts';
import { startExecution } from '../worker/execution.ts';
import { startBinanceDouble, type BinanceDouble } from './binance-double/binance-double.ts';
import type { Fault } from './binance-double/faults.ts';
import { openOnDouble } from './ccxt-on-double.ts';
import { createMortal, survival, type MortalOptions } from './mortal.ts';

/** How a position is left: by its stop, by its target, or by a signal. */
export type WayOut = 'stop' | 'target' | 'signal';

/** What became of one trade, and of the worker that began it. */
export interface LiveRun {
  readonly journal: readonly JournalEvent[];
  /** The portfolio as the journal has it at the end. */
  readonly portfolio: PortfolioState;
  /** All orders at the exchange. */
  readonly orders: readonly Record<string, unknown>[];
  /** What the exchange says is there, free and locked. */
  readonly balances: { readonly BTC: string; readonly USDT: string };
  /** What the first worker did, one operation after the other. */
  readonly operations: readonly string[];
  readonly isDead: boolean;
  /** How many orders were at the exchange when it died. */
  readonly ordersAtDeath: number;
  /** What the one that took over did. */
  readonly operationsOfNext: readonly string[];
}

export const startBalances = { USDT: '10000', BTC: '1' };
/** The exchange takes its fee of a purchase in what is bought: what is left of it must be whole lots. */
const settings = someSettings({
  cash: '5000',
  lotSize: '0.00001',
  risk: { symbols: ['BTC/USDT'], maxPositions: 1, maxClockSkewMs: 2_000 },
});
const protection = {
  stopLoss: { price: '49000' },
  takeProfits: [{ price: '51000', ratio: 1 }],
};
const prices: Readonly<Record<WayOut, number>> = { stop: 48_900, target: 51_100, signal: 50_000 };

/**
 * One trade on the Binance double by a worker that may be killed; another one takes over then, with connections of its
 * own. It ends when the journal has the trade closed and nothing open.
 */
export async function runLive({
  out,
  death = survival,
  entryFault,
  exitFault,
}: {
  out: WayOut;
  death?: MortalOptions;
  /** What goes wrong with the order that enters, and with the one that leaves. */
  entryFault?: Fault;
  exitFault?: Fault;
}): Promise<LiveRun> {
  await using stack = new AsyncDisposableStack();
  const double = stack.use(await startBinanceDouble({ balances: startBalances }));
  const server = createMemoryServer({ ackWaitMs: 500, maxDeliver: 1_000, drainTimeoutMs: 1 });
  const bus = stack.use(server.connect());
  const mortal = createMortal(death);
  const first = startLiveWorker({
    bus: mortal.bus(server.connect()),
    double,
    name: 'first',
    opened: (open) =>
      mortal.step('open the venue', async () => {
        const broker = await open();
        stack.defer(() => broker[Symbol.asyncDispose]());
        return mortal.broker(broker);
      }),
  });
  const next = createMortal(survival);
  let ordersAtDeath = 0;
  let second: Service | undefined;
  const takeOver = async (): Promise<void> => {
    await mortal.died;
    void first.stop();
    await mortal.atRest();
    ordersAtDeath = double.orders().length;
    second = startLiveWorker({
      bus: next.bus(server.connect()),
      double,
      name: 'second',
      opened: async (open) => next.broker(await open()),
    });
  };
  const takingOver = takeOver();
  stack.defer(async () => {
    await second?.stop();
    if (!mortal.isDead()) await first.stop();
  });

  await until(bus, 'reconciliation_reported');
  if (entryFault) double.fault(entryFault);
  await publish(bus, liveSignal('in', out === 'signal' ? {} : protection));
  await until(bus, 'order_filled');
  if (out !== 'signal') await heldOrders(bus, 2);
  if (exitFault) double.fault(exitFault);
  double.setPrice('BTCUSDT', String(prices[out]));
  if (out === 'signal') await publish(bus, liveSignal('out', leaving));
  let toldMs = 0;
  await eventually(async () => {
    // The market goes on, whoever listens.
    if (out !== 'signal' && Date.now() - toldMs > 300) {
      toldMs = Date.now();
      await candle(bus, prices[out]);
    }
    const state = fold(await journalOf(bus));
    if (state.orders.size > 0 || state.positions.size > 0) throw new Error('not at rest');
  });
  await eventually(() => {
    const acknowledged = mortal.operations.filter((name) => name === 'acknowledge').length;
    if (!mortal.isDead() && acknowledged < (out === 'signal' ? 2 : 1)) throw new Error('not done');
  });
  if (mortal.isDead()) await takingOver;
  const journal = await journalOf(bus);
  const total = (asset: string): string => {
    const { free, locked } = double.balanceOf(asset);
    return locked === '0.00000000' ? free : `${free} + ${locked}`;
  };
  return {
    journal,
    portfolio: fold(journal),
    orders: double.orders(),
    balances: { BTC: total('BTC'), USDT: total('USDT') },
    operations: [...mortal.operations],
    isDead: mortal.isDead(),
    ordersAtDeath,
    operationsOfNext: next.operations,
  };
}

const leaving = { intent: 'exit', side: 'sell', targetPosition: 'flat' } as const;

/** A worker for the live portfolio `money` that looks after things often. */
export function startLiveWorker({
  bus,
  double,
  name = 'one',
  opened = (open) => open(),
  ...change
}: {
  bus: Bus;
  double: Pick<BinanceDouble, 'url' | 'key'>;
  name?: string;
  opened?: (open: () => ReturnType<typeof openOnDouble>) => ReturnType<typeof openOnDouble>;
} & Partial<Parameters<typeof startExecution>[0]>): Service {
  return startExecution({
    bus,
    portfolio: 'money',
    mode: 'live',
    settings,
    worker: name,
    log: createSilentLogger(),
    sweepEveryMs: 100,
    openBroker: () => opened(() => openOnDouble(double, { settleMs: 100, pollMs: 60_000 })),
    ...change,
  });
}

export function liveSignal(id: string, data: object = {}): TradeSignal {
  const time = toTime(Date.now());
  return aSignal({
    id,
    time,
    recordedtime: time,
    expirytime: toTime(Date.now() + 60_000),
    data: { mode: 'live', referencePrice: { price: '50000', kind: 'last', time }, ...data },
  });
}

export async function publish(bus: Bus, signal: TradeSignal): Promise<void> {
  const subject = subjects.signal(signal.data);
  await bus.publish({ subject, id: signal.id, body: JSON.stringify(signal) });
}

let candles = 0;

/** A candle that closes now. */
export async function candle(bus: Bus, price: number): Promise<void> {
  const closeTime = Date.now() + 1;
  const event = aCandleEvent(
    { openTime: closeTime - 1_000, closeTime, open: price, close: price },
    { tape: 'live' },
  );
  const id = `${event.id}-${++candles}`;
  const subject = 'market.candle.binance.BTC-USDT.1m';
  await bus.publish({ subject, id, body: JSON.stringify({ ...event, id }) });
}

export async function journalOf(bus: Bus): Promise<JournalEvent[]> {
  const messages = await firstValueFrom(bus.read({ stream: 'TRADING' }).pipe(toArray()));
  return messages.map(({ body }) => JournalEvent.parse(JSON.parse(body)));
}

export function fold(journal: readonly JournalEvent[]): PortfolioState {
  const state = emptyPortfolio('money');
  for (const event of journal) evolve(state, draftOf(event));
  return state;
}

async function until(bus: Bus, type: JournalEvent['type']): Promise<void> {
  await eventually(async () => {
    const journal = await journalOf(bus);
    if (!journal.some((event) => event.type === type)) throw new Error(`no ${type} yet`);
  });
}

/** So many orders that protect are held here. */
export async function heldOrders(bus: Bus, count: number): Promise<void> {
  await eventually(async () => {
    const held = [...fold(await journalOf(bus)).orders.values()].filter(({ isHeld }) => isHeld);
    if (held.length !== count) throw new Error(`${held.length} orders are held, not ${count}`);
  });
}

/** The events of a kind, in the order of the journal. */
export async function only<T extends JournalEventType>(
  bus: Bus,
  type: T,
): Promise<JournalEventOf<T>[]> {
  const isOfType = (event: JournalEvent): event is JournalEventOf<T> => event.type === type;
  return (await journalOf(bus)).filter(isOfType);
}

/** The same, once there are so many. */
export async function seen<T extends JournalEventType>(
  bus: Bus,
  type: T,
  count = 1,
): Promise<JournalEventOf<T>[]> {
  await eventually(async () => {
    if ((await only(bus, type)).length < count) throw new Error(`no ${count} ${type}`);
  });
  return only(bus, type);
}
