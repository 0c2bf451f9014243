import {
  candleEvent,
  exactly,
  JournalEvent,
  liveTape,
  subjects,
  toDecimal,
  toTime,
  tradingStateBucket,
  type PortfolioSettings,
  type SymbolName,
  type TradeSignal,
  type TradingState,
} from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger, type Logger } from '@heliograph/contracts/service';
import {
  createFaultyBroker,
  seededFaults,
  type BrokerOperation,
  type Fault,
} from '../brokers/faulty-broker.ts';
import type { OrderRequest } from '../brokers/broker.ts';
import type { TapePrice } from '../verify/price-history.ts';
import { startExecution } from '../worker/execution.ts';
import { createMortal } from './mortal.ts';
import { traded, type Prices } from './random-tape.ts';
import { createStrictVenue, type StrictVenue } from './strict-venue.ts';
import { randomFrom } from './virtual-time.ts';

export const portfolio = 'p';

/** What a worker lives through; it is started again after each death. */
interface Lives {
  readonly deaths: readonly { readonly atOperation: number; readonly effect: boolean }[];
  readonly pauses: readonly { readonly atMs: number; readonly durationMs: number }[];
  /** How many of its calls of the venue go wrong, 0..1. */
  readonly faultRatio: number;
  /** 0: nothing takes any time, and nothing goes wrong between it and its venue. */
  readonly seed: number;
}

export interface LiveHistory {
  readonly settings: PortfolioSettings;
  readonly instants: readonly (Prices & { readonly signals: readonly TradeSignal[] })[];
  /** What a person does to the trading state after which instant. */
  readonly states: readonly { readonly at: number; readonly state: TradingState }[];
  readonly workers: readonly Lives[];
  readonly venue: {
    readonly seed: number;
    readonly keepsStops: boolean;
    readonly rests: boolean;
    readonly aheadMs: number;
    /** How many of the market orders to leave it forgets. */
    readonly forgetRatio: number;
    /** Its largest order is misunderstood from then on, as what that much buys at the first prices; ms after the first instant, quote. */
    readonly maximum?: { readonly atMs: number; readonly notional: number } | undefined;
    /** For so long it takes orders, and takes them back, and answers nothing else; ms after the first instant. */
    readonly silences: readonly { readonly atMs: number; readonly durationMs: number }[];
  };
}

/** An order that a worker handed over to its connection. */
interface Sent {
  readonly request: OrderRequest;
  readonly atMs: number;
}

export interface LivedHistory {
  readonly journal: readonly JournalEvent[];
  readonly venue: StrictVenue;
  readonly sent: readonly Sent[];
  /** Candles by their place in MARKET. */
  readonly tape: readonly TapePrice[];
}

export const placementWindowMs = 5_000;
const settleMs = 2_000;
/** After the last instant, without faults: long enough for whatever is still to be found out. */
const calmMs = 60_000;

const lost: Fault = { kind: 'lost_request' };
const faults = {
  place: [
    lost,
    { kind: 'lost_answer' },
    { kind: 'server_error', done: true },
    { kind: 'server_error', done: false },
    { kind: 'rate_limited', retryAfterMs: 1_000 },
    { kind: 'rejected', reason: 'VENUE_REJECTED' },
  ],
  cancel: [lost, { kind: 'lost_answer' }],
  refresh: [lost],
  reportsOf: [lost, { kind: 'duplicate_reports' }, { kind: 'not_found_yet' }],
  abandon: [lost],
  openOrders: [lost],
  balances: [lost],
  positions: [lost],
  instruments: [lost],
  clockOffsetMs: [lost],
} as const satisfies Parameters<typeof seededFaults>[0]['faults'];

const works: ReadonlySet<BrokerOperation> = new Set<BrokerOperation>(['place', 'cancel']);

/** Plays a history on the live tape against a strict venue, in the time that is `Date.now`, and lets it come to rest. */
export async function live(
  history: LiveHistory,
  log: Logger = createSilentLogger(),
): Promise<LivedHistory> {
  const { settings, instants, workers } = history;
  const server = createMemoryServer({ ackWaitMs: 5_000, drainTimeoutMs: 1, maxDeliver: 50 });
  const bus = server.connect();
  const { maximum } = history.venue;
  const venue = createStrictVenue({
    settings,
    windowMs: placementWindowMs,
    settleMs,
    orderTypes: history.venue.keepsStops
      ? ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop']
      : ['market', 'limit'],
    restsReduceOnly: history.venue.rests,
    aheadMs: history.venue.aheadMs,
    forgetRatio: history.venue.forgetRatio,
    maximum: maximum && {
      fromMs: Date.now() + maximum.atMs,
      quantityOf: (symbol) => boughtFor(maximum.notional, symbol),
    },
    random: history.venue.seed === 0 ? () => 0.999 : randomFrom(history.venue.seed),
  });
  const sent: Sent[] = [];
  let isCalm = false;
  let silentUntilMs = 0;
  for (const { atMs, durationMs } of history.venue.silences)
    setTimeout(() => (silentUntilMs = Math.max(silentUntilMs, Date.now() + durationMs)), atMs);
  const isSilent = (operation: BrokerOperation): boolean =>
    Date.now() < silentUntilMs && !works.has(operation);

  const start = (
    { deaths: [death, ...later], pauses, faultRatio, seed }: Lives,
    name: string,
  ): void => {
    const random = randomFrom(seed);
    const isFast = (): boolean => isCalm || seed === 0;
    const mortal = createMortal({
      ...(death && !isCalm ? death : { atOperation: Infinity, effect: false }),
      delayMs: () => (isFast() || random() >= 0.1 ? 0 : Math.ceil(random() * 200)),
    });
    const plan = seededFaults({ seed, ratio: faultRatio, faults });
    const service = startExecution({
      bus: mortal.bus(server.connect()),
      portfolio,
      mode: 'live',
      settings,
      worker: name,
      log,
      openBroker: async () => {
        const faulty = createFaultyBroker(venue.connect(), (call) => {
          if (isFast()) return undefined;
          return isSilent(call.operation) ? lost : plan(call);
        });
        const broker = mortal.broker(faulty);
        return {
          ...broker,
          place(request) {
            if (!mortal.isDead()) sent.push({ request, atMs: Date.now() });
            return broker.place(request);
          },
        };
      },
    });
    service.finished.catch(() => undefined);
    for (const { atMs, durationMs } of pauses)
      setTimeout(() => isCalm || mortal.pause(durationMs), atMs);
    void mortal.died.then(() =>
      setTimeout(
        () => start({ deaths: later, pauses: [], faultRatio, seed: seed + 1 }, `${name}x`),
        2_000,
      ),
    );
  };
  for (const [index, lives] of workers.entries()) start(lives, `worker-${index}`);

  const states = await bus.bucket(tradingStateBucket);
  const tape: TapePrice[] = [];
  for (const [at, { candles, timeMs, signals }] of instants.entries()) {
    await until(timeMs);
    for (const candle of candles) {
      venue.onCandle(candle);
      const event = candleEvent(candle, { tape: liveTape, source: 'test', recordedMs: timeMs });
      const message = {
        subject: subjects.candle(candle),
        id: event.id,
        body: JSON.stringify(event),
      };
      const { sequence } = await bus.publish(message);
      tape.push({ sequence, candle });
    }
    for (const [count, signal] of signals.entries()) await publish(bus, signal, count);
    for (const { state } of history.states.filter((change) => change.at === at)) {
      const entry = { state, reason: 'a test', author: 'anna', time: toTime(Date.now()) };
      await states.put(portfolio, JSON.stringify(entry));
    }
  }
  isCalm = true;
  venue.calmDown();
  await until(Date.now() + calmMs);
  const entries = await bus.log(`trading.${portfolio}`).readAfter(0);
  const journal = entries.map(({ body }) => JournalEvent.parse(JSON.parse(body)));
  return { journal, venue, sent, tape };
}

/** One that comes twice comes as two messages. */
function publish(bus: Bus, signal: TradeSignal, count: number) {
  const id = `${signal.id} ${count}`;
  return bus.publish({ subject: subjects.signal(signal.data), id, body: JSON.stringify(signal) });
}

function boughtFor(notional: number, symbol: SymbolName): string {
  const price = traded.find((each) => each.symbol === symbol)?.start ?? 1;
  return toDecimal(exactly(notional / price));
}

async function until(timeMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, timeMs - Date.now())));
}
