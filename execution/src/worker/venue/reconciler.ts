import {
  OrderId,
  TransientError,
  type Big,
  type PortfolioSettings,
  type SymbolName,
} from '@heliograph/contracts';
import { mostAppended } from '@heliograph/contracts/bus';
import type { Broker, UnreadOrder, VenueOrder } from '../../brokers/broker.ts';
import type { Clock } from '../../clock.ts';
import type { Order } from '../../decision/state/order.ts';
import type { Portfolio } from '../../decision/state/portfolio.ts';
import type { Draft } from '../../decision/state/draft.ts';
import { heldOf, surpluses } from '../../decision/venue/holdings.ts';
import { missingOf, type Missing } from '../../decision/venue/missing.ts';
import { listings } from '../../decision/venue/listings.ts';
import { reconcile, type Reconciliation } from '../../decision/venue/reconcile.ts';
import type { Statement } from '../../decision/venue/statement.ts';
import { settle } from '../../decision/settle.ts';
import { clockSkewed, unreachable } from '../../decision/venue/venue-trouble.ts';
import type { Answers } from './answers.ts';
import { createLateFills, type Look } from './late-fills.ts';
import type { Journal } from '../journal.ts';
import type { Trouble } from '../trouble.ts';
import { within } from '../../within.ts';

/** A venue that is away is asked more often, and after a while people hear of it. */
const againMs = 2_000;
const sayUnreachableAfterMs = 10_000;
/** The clock here was set, or the machine was asleep: where the venue's is must be asked anew. */
const jumpMs = 1_000;
/** How long the venue may take to say what is there: it is one request a symbol, and some let few through in a second. */
const patienceMs = 2_000;
const patiencePerSymbolMs = 1_000;
const mostPatienceMs = 30_000;
/** What was said longer ago says nothing of what has moved since. */
const oldMs = 50_000;

type Serially = (task: () => Promise<void>) => Promise<void>;

/** What is asked before the journal is looked at. */
interface AskedFirst {
  readonly instruments: Awaited<ReturnType<Broker['instruments']>>;
  readonly offsetMs: number;
  readonly late: Look;
}

/** Where the journal was when the venue was asked what is there. */
interface Begun {
  /** What had ended here already. */
  readonly hadEnded: ReadonlySet<string>;
  /** The instruments that it is asked for. */
  readonly asked: readonly SymbolName[];
  /** What was held, and what had been found last. */
  readonly before: Pick<Portfolio, 'positions' | 'reconciled'>;
  /** Before it was asked: what has moved since may be in its answers or not. */
  readonly timeMs: number;
  /** The same by the steady clock. */
  readonly beganMs: number;
}

type Answer = readonly [
  openOrders: Awaited<ReturnType<Broker['openOrders']>>,
  balances: Awaited<ReturnType<Broker['balances']>>,
  positions: Awaited<ReturnType<Broker['positions']>>,
];

/** Compares a live portfolio with its venue: before anything is traded, and then again and again. */
export interface Reconciler {
  /**
   * Resolves once the portfolio has been compared with the venue since this worker began.
   * @throws TransientError VENUE_UNREACHABLE until then
   */
  passGate(): Promise<void>;
  /**
   * Compares when it is time to. What the venue has, and what needs nothing of the journal, is not asked within what is done
   * `serially`: an exchange that takes its time holds up no price and no signal.
   */
  compare(serially: Serially): Promise<void>;
  /** How far the venue's clock is from ours, as that goes now, where it is known. */
  clock(): { readonly clockOffsetMs?: number };
  /**
   * Compares now, whenever that was done last; within what is done serially.
   * @throws TransientError VENUE_UNREACHABLE when the venue does not answer
   */
  look(): Promise<void>;
  /** What the venue lacked when it was compared with last of what is held by now. */
  missing(instrument: Pick<Order, 'venue' | 'symbol'>): { readonly missing?: Missing };
}

export function createReconciler({
  journal,
  broker,
  settings,
  isNeeded,
  everyMs,
  answered,
  settleOrders,
  answers,
  clock,
  trouble,
}: {
  journal: Journal;
  broker: Broker;
  settings: PortfolioSettings;
  /** A paper account is the journal's twin and needs no comparison. */
  isNeeded: boolean;
  everyMs: number;
  /** Once the venue has answered to what was sent, or has taken too long. */
  answered: () => Promise<void>;
  /** Journals what the venue knows of our orders: without that they would differ for no reason. */
  settleOrders: () => Promise<void>;
  answers: Pick<Answers, 'silent' | 'hint'>;
  clock: Clock;
  trouble: Trouble;
}): Reconciler {
  const { nowMs, steadyMs } = clock;
  const comparing = `comparing ${journal.state.name} with its venue`;
  const lateFills = createLateFills({ journal, broker, clock, trouble });
  const symbols = settings.risk.symbols ?? [];
  /** What the account has that is not of this portfolio. */
  const surplus = new Map<string, Big>();
  /** How far the venue's clock, and ours, were ahead of the steady one when they were compared last. */
  let venueAheadMs: number | undefined;
  let wallAheadMs = wallAhead();
  let comparedMs = -Infinity;
  let triedMs = -Infinity;
  let failingSinceMs: number | undefined;
  /** What the venue has said last. */
  let last: Statement | undefined;

  function wallAhead(): number {
    return nowMs() - steadyMs();
  }
  const hasCompared = (): boolean => comparedMs > -Infinity;
  const hasJumped = (): boolean => Math.abs(wallAhead() - wallAheadMs) > jumpMs;
  const isForgotten = (order: Order): boolean => broker.isForgotten?.(order) === true;
  /** What the venue has forgotten since: where it was to leave a position, that is open until it is given up. */
  const hasForgotten = (): boolean =>
    [...journal.state.orders.values()].some(
      (order) => !order.cancellation && !last?.forgotten?.has(order.id) && isForgotten(order),
    );

  /** An order that the venue says nothing of is unknown, and what is not known is not found to differ. */
  const asHeard = (portfolio: Portfolio): Portfolio => {
    const { silent } = answers;
    if (silent.size === 0) return portfolio;
    const orders = new Map<OrderId, Order>();
    for (const [id, order] of portfolio.orders)
      orders.set(id, silent.has(id) ? { ...order, status: 'unknown' } : order);
    return { ...portfolio, orders };
  };
  const compared = (portfolio: Portfolio, statement: Statement): Reconciliation =>
    reconcile(asHeard(portfolio), { ...statement, isSilent: answers.silent.size > 0 });

  /** Also what is not to be traded any more may have orders there. */
  const symbolsOf = ({ orders, positions }: Portfolio): SymbolName[] => [
    ...new Set([
      ...symbols,
      ...[...orders.values(), ...positions.values()].map(({ symbol }) => symbol),
    ]),
  ];

  /** What needs nothing of the journal. */
  const askFirst = async (): Promise<AskedFirst> => {
    const instruments = await broker.instruments(symbols);
    const offsetMs = await broker.clockOffsetMs();
    wallAheadMs = wallAhead();
    venueAheadMs = wallAheadMs + offsetMs;
    const late = await lateFills.look({ all: !hasCompared() });
    return { instruments, offsetMs, late };
  };

  /** In as many steps as it takes: others may have thousands of orders there. */
  const writeAll = async (decide: (portfolio: Portfolio) => readonly Draft[]): Promise<void> => {
    let isAll: boolean;
    do {
      isAll = true;
      await journal.transact((portfolio) => {
        const events = decide(portfolio);
        isAll = events.length <= mostAppended;
        return events.slice(0, mostAppended);
      });
    } while (!isAll);
  };

  /** Also those that are believed to rest. */
  const settleAll = async (): Promise<void> => {
    answers.hint('any');
    await settleOrders();
  };

  /** Brings the journal as far as the venue is, and says what is open here before the venue is asked what is there. */
  const begin = async ({ instruments, offsetMs, late }: AskedFirst): Promise<Begun> => {
    // An order on its way may have been filled: without its answer everything would differ.
    await answered();
    await settleAll();
    await journal.transact((portfolio) => [
      ...listings(portfolio, instruments, nowMs()),
      ...clockSkewed(portfolio, offsetMs, nowMs()),
    ]);
    for (const report of late.reports)
      await journal.transact((portfolio) => settle(portfolio, report));
    late.booked();
    await journal.catchUp();
    const { state } = journal;
    const hadEnded = new Set<string>(state.endedOrders.keys());
    const { reconciled } = state;
    const before = { positions: new Map(state.positions), ...(reconciled && { reconciled }) };
    return { hadEnded, asked: symbolsOf(state), before, timeMs: nowMs(), beganMs: steadyMs() };
  };

  /** Before the first comparison nothing is traded, however long it takes. */
  const ask = ({ asked: instruments }: Begun): Promise<Answer> => {
    const answer = Promise.all([
      broker.openOrders(instruments),
      broker.balances(),
      broker.positions(),
    ]);
    if (!hasCompared()) return answer;
    const waitMs = patienceMs + instruments.length * patiencePerSymbolMs;
    return within(answer, Math.min(waitMs, mostPatienceMs));
  };

  /** What was intended or filled since it was begun may have moved before or after the venue was asked. */
  const conclude = async (
    { hadEnded, before, timeMs, beganMs }: Begun,
    [openOrders, balances, positions]: Answer,
  ): Promise<void> => {
    if (steadyMs() - beganMs > oldMs)
      throw new TransientError('VENUE_UNREACHABLE', 'the venue took too long to say what it has');
    const ours = [...journal.state.orders.values()];
    const forgotten = new Set(ours.filter(isForgotten).map(({ id }) => id));
    await journal.catchUp();
    const said = { openOrders, balances, positions, timeMs };
    for (const [asset, more] of surpluses(journal.state, said))
      if (heldOf(journal.state, asset).eq(heldOf(before, asset))) surplus.set(asset, more);
    const stated = ({ orders, endedOrders }: Portfolio): Statement => {
      const known = [...orders.keys(), ...endedOrders.keys()];
      const wereOpen = new Set<string>(known.filter((id) => !hadEnded.has(id)));
      return { ...said, forgotten, surplus, wereOpen };
    };
    // Another worker has asked later, and has written down what it has heard: ours would put back what was before that.
    const isOvertaken = ({ reconciled: now }: Portfolio): boolean =>
      now !== undefined && now.timeMs !== before.reconciled?.timeMs && now.timeMs > timeMs;
    const comparedNow = (portfolio: Portfolio = journal.state): Reconciliation =>
      isOvertaken(portfolio) ? { events: [], strays: [] } : compared(portfolio, stated(portfolio));
    const first = comparedNow();
    // What was filled while all that was asked for differs for no reason.
    if (first.events.length > 0 || first.strays.length > 0) await settleAll();
    last = stated(journal.state);
    const { strays } = comparedNow();
    await writeAll((portfolio) => comparedNow(portfolio).events);
    await Promise.all(strays.map(takeBack));
  };

  /** One that cannot be taken back now is found again by the next comparison. */
  const takeBack = async ({
    clientOrderId,
    venue,
    symbol,
  }: VenueOrder | UnreadOrder): Promise<void> => {
    const id = OrderId.parse(clientOrderId);
    const what = `taking back order ${id}`;
    const why = { timeMs: nowMs(), reason: 'CANCEL_REQUESTED', detail: 'it had ended' } as const;
    try {
      await within(broker.cancel({ id, venue, symbol }, why), patienceMs);
      trouble.over(what);
    } catch (err) {
      if (!(err instanceof TransientError)) throw err;
      trouble.failed(what, err);
    }
  };

  /** That it answers for everything else does not make it reachable. */
  const tellSilence = async (): Promise<void> => {
    const lasting = [...answers.silent.values()].find(
      ({ sinceMs }) => steadyMs() - sinceMs >= sayUnreachableAfterMs,
    );
    if (lasting)
      await journal.transact((portfolio) => unreachable(portfolio, lasting.error.message, nowMs()));
  };

  const attempt = async (serially: Serially): Promise<void> => {
    triedMs = steadyMs();
    try {
      const first = await askFirst();
      let begun: Begun | undefined;
      await serially(async () => void (begun = await begin(first)));
      // Prices and signals have their turn meanwhile.
      const answer = begun && (await ask(begun));
      await serially(async () => {
        if (begun && answer) await conclude(begun, answer);
      });
      comparedMs = steadyMs();
      trouble.over(comparing);
      failingSinceMs = undefined;
    } catch (err) {
      if (!(err instanceof TransientError)) throw err;
      trouble.failed(comparing, err);
      failingSinceMs ??= steadyMs();
      if (steadyMs() - failingSinceMs < sayUnreachableAfterMs) return;
      const { message } = err;
      await serially(() =>
        journal.transact((portfolio) => unreachable(portfolio, message, nowMs())),
      );
    }
  };

  return {
    async passGate() {
      if (!isNeeded || hasCompared()) return;
      if (steadyMs() - triedMs >= againMs) await attempt((task) => task());
      if (!hasCompared())
        throw new TransientError(
          'VENUE_UNREACHABLE',
          `${journal.state.name} was not compared with its venue yet: nothing is traded before that`,
        );
    },
    async compare(serially) {
      if (!isNeeded) return;
      const isUrgent = failingSinceMs !== undefined || hasJumped() || hasForgotten();
      if (steadyMs() - triedMs >= (isUrgent ? Math.min(againMs, everyMs) : everyMs))
        await attempt(serially);
      // One that answers nothing is told of as such.
      if (failingSinceMs === undefined) await serially(tellSilence);
    },
    clock: () =>
      venueAheadMs === undefined ? {} : { clockOffsetMs: Math.round(venueAheadMs - wallAhead()) },
    async look() {
      if (!isNeeded) return;
      last = undefined;
      await attempt((task) => task());
      if (!last)
        throw new TransientError(
          'VENUE_UNREACHABLE',
          `the venue does not say what it has of ${journal.state.name}`,
        );
    },
    missing: (instrument) =>
      last ? { missing: missingOf(asHeard(journal.state), instrument, last) } : {},
  };
}
