import {
  liveTape,
  toMs,
  type Mode,
  type PortfolioSettings,
  type TapeEnded,
  type TradeSignal,
} from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import type { Broker } from '../brokers/broker.ts';
import type { Clock } from '../clock.ts';
import { decide, open } from '../decision/decide.ts';
import type { Draft } from '../decision/state/draft.ts';
import { mark } from '../decision/mark.ts';
import { isUnsent, type Order } from '../decision/state/order.ts';
import { outage } from '../decision/outage.ts';
import { currencyOf } from '../decision/state/portfolio.ts';
import { unpriced } from '../decision/unpriced.ts';
import { openPaperBroker, type PaperBroker } from '../paper/paper-broker.ts';
import { agreeOn } from './agreement.ts';
import { createAnswers } from './venue/answers.ts';
import { asFarAsHeard } from './as-far-as-heard.ts';
import { createDispatcher, type Dispatcher } from './venue/dispatcher.ts';
import { followTape } from './tape/follow-tape.ts';
import { followVenue } from './venue/follow-venue.ts';
import { createForgottenOrders } from './venue/forgotten-orders.ts';
import { createHeldOrders } from './tape/held-orders.ts';
import { createJournal } from './journal.ts';
import { createPriceBoard } from './tape/price-board.ts';
import { openVenue } from './venue/open-venue.ts';
import { createPriceTurns } from './tape/price-turns.ts';
import { createReconciler } from './venue/reconciler.ts';
import { createSerial } from './serial.ts';
import { createSettler } from './settler.ts';
import { followStates } from './state-follower.ts';
import { begunInTurn, inOneTurn, sweep, type Step } from './sweep.ts';
import { createTapePlace } from './tape/tape-place.ts';
import type { TradingStates } from './trading-states.ts';
import { createStrangers } from './venue/strangers.ts';
import { createTaking } from './taking.ts';
import { createTrouble } from './trouble.ts';

const unsentAtTheEnd = {
  reason: 'TAPE_ENDED',
  detail: 'the recording ended before it was sent',
} as const;

export interface DeskOptions {
  readonly bus: Bus;
  /** The portfolio that is traded here, and the base portfolio that it belongs to. */
  readonly name: string;
  readonly base: string;
  readonly tape: string;
  readonly mode: Mode;
  readonly settings: PortfolioSettings;
  /** Whether settings that differ from the journal's are to be changed there. */
  readonly changeSettings?: boolean;
  /** The venue of a live portfolio; without it the portfolio trades on a paper account of its own. */
  readonly openBroker?: (() => Promise<Broker>) | undefined;
  readonly states: TradingStates;
  /** `source` of the events written here. */
  readonly source: string;
  readonly clock: Clock;
  /** How often a live portfolio is compared with its venue. Default: 30,000. */
  readonly compareEveryMs?: number;
  readonly log: Logger;
}

/**
 * One portfolio as one worker trades it. What it knows is a replica of the journal and of the venue; what it does goes
 * through the journal's fence, so any number of workers may keep a desk for the same portfolio.
 */
export interface Desk extends AsyncDisposable {
  /** Decides a signal and carries the decision out. Safe to repeat at any point: it converges. */
  take(signal: TradeSignal): Promise<void>;
  /** Journals what has happened at the venue since, also to orders of workers that are no more. */
  sweep(): Promise<void>;
  /** Somebody has changed what may be traded. */
  followStates(): Promise<void>;
  /** Whether nothing is open here and nothing more can come. */
  readonly isDone: boolean;
  /** Draws the portfolio up once everything on the tape up to that place in MARKET has been seen. */
  endTape(ended: TapeEnded, sequence: number): Promise<void>;
}

export async function openDesk(options: DeskOptions): Promise<Desk> {
  const { bus, name, tape, mode, settings, source, clock, log } = options;
  const { nowMs } = clock;
  const isLive = tape === liveTape;
  const serial = createSerial();
  const stack = new AsyncDisposableStack();
  const place = createTapePlace({ isLive, isPaper: !options.openBroker, nowMs });
  const journal = createJournal({
    bus,
    name,
    source,
    nowMs,
    marketSequence: () => place.sequence,
    log,
  });
  await journal.catchUp();
  const terms = { mode, settings, author: source };
  const agree = (mayChange = false): Promise<void> =>
    journal.transact((portfolio) => agreeOn(portfolio, { ...terms, mayChange }, nowMs()));
  // Only who begins changes them: two would never come to an end.
  await agree(options.changeSettings);

  const openFor = async (symbol: string, timeMs: number): Promise<void> => {
    await journal.transact(({ opened }) =>
      opened
        ? []
        : [open(name, { mode, settings }, { tape, currency: currencyOf(symbol), timeMs })],
    );
    await agree();
  };
  const board = createPriceBoard(journal.state, clock);
  const kind = (settings.paper?.tape ?? 'candles') === 'candles' ? 'candle' : 'print';
  const { after, upTo } = await board.start(bus);
  const follower = await followTape(bus, { tape, kind, after });
  const paper: PaperBroker | undefined = options.openBroker
    ? undefined
    : await openPaperBroker({
        bus,
        account: name,
        tape,
        settings,
        seenUpTo: follower.reachedSequence,
        log,
      });
  const { openBroker } = options;
  const broker = stack.use(
    paper ?? (await openVenue({ name, settings, journal, openBroker, openFor, nowMs })),
  );
  const trouble = createTrouble(log);
  const answers = createAnswers({
    broker,
    isAwaited: (order) => dispatcher.isAwaited(order),
    clock,
    trouble,
  });
  const dispatcher: Dispatcher = createDispatcher({
    journal,
    broker,
    isSilent: ({ id }) => answers.silent.has(id),
    inTurn: serial,
    clock,
    trouble,
  });
  const forgottenOrders = createForgottenOrders({
    journal,
    dispatcher,
    clock,
    timeFor: place.nowFor,
  });
  const reconciler = createReconciler({
    journal,
    broker,
    settings,
    isNeeded: !paper,
    everyMs: options.compareEveryMs ?? 30_000,
    answered: () => dispatcher.answered(),
    settleOrders: () => settleOrders(place.nowMs()),
    answers,
    clock,
    trouble,
  });
  const states = followStates({ ...options, journal });

  const openOrders = (): Order[] => [...journal.state.orders.values()];
  const settler = createSettler({
    journal,
    broker,
    paper,
    answers,
    dispatcher,
    isLive,
    marketSequence: () => place.sequence,
    moment: place.moment,
    clock,
  });
  const { write, journalReports, settleOrders } = settler;

  const priceTurns = createPriceTurns({
    isLive,
    journal,
    place,
    paper,
    board,
    heldOrders: createHeldOrders(
      // By whichever clock says earlier: a stop that sees too much is better than one that sees nothing.
      (timeMs) => Math.min(timeMs, nowMs()) + Math.min(0, reconciler.clock().clockOffsetMs ?? 0),
    ),
    dispatcher,
    settler,
    mirror: () => states.mirror(),
  });
  follower.start({
    onPrice: (item, sequence) => serial(() => priceTurns.onPrice(item, sequence)),
    onOther: (sequence) =>
      serial(async () => {
        place.reach(sequence);
        paper?.onOther(sequence);
      }),
    onError: (error) => trouble.failed(`following the tape for ${name}`, error),
  });
  // A paper account changes by what happens here.
  const hints = paper
    ? undefined
    : followVenue({
        venue: broker,
        name,
        serially: serial,
        answers,
        strangers: createStrangers({ bus, journal, clock }),
        settleOrders: () => settleOrders(place.nowMs()),
        trouble,
      });

  const taking = createTaking({
    serial,
    journal,
    dispatcher,
    placesOneByOne: paper !== undefined,
    settleOrders,
    momentOf: (signal) => {
      const { reachedSequence } = follower;
      const seen = Math.min(signal.data.tape?.sequence ?? reachedSequence, reachedSequence);
      return { timeMs: place.nowFor(signal), ...(paper && { tapeSequence: seen }) };
    },
    async prepare(signal) {
      await openFor(signal.data.symbol, place.nowFor(signal));
      await reconciler.passGate();
      await states.follow();
      if (signal.data.writeOff) await reconciler.look();
    },
    async decide(signal) {
      let decision: readonly Draft[];
      do {
        await settleOrders(place.nowFor(signal));
        // Somebody of other terms may have written in between.
        await agree();
        decision = decide(journal.state, signal, {
          nowMs: place.nowFor(signal),
          mode,
          prices: board.prices,
          isStateReadable: states.isReadable(),
          ...reconciler.clock(),
          ...(signal.data.writeOff && reconciler.missing(signal.data)),
        });
        const { silent } = answers;
        decision = asFarAsHeard(decision, {
          portfolio: journal.state,
          signal,
          silent,
          steadyMs: clock.steadyMs(),
        });
      } while (!(await write(decision)));
      // Entries are taken back before the exit goes out that leaves with what they have bought.
      await dispatcher.carryOut(place.moment(place.nowFor(signal)));
    },
    mirror: () => states.mirror(),
  });

  const steps: readonly Step[] = [
    inOneTurn(() => states.follow()),
    inOneTurn(() => priceTurns.triggerHeld()),
    // It tells when the venue does not answer, and much of the rest needs its answers.
    (inTurn) => reconciler.compare(inTurn),
    inOneTurn(() => forgottenOrders.abandon()),
    inOneTurn(() => dispatcher.findOut(place.moment(place.nowMs()))),
    inOneTurn(() => settleOrders(place.nowMs())),
    inOneTurn(() => journal.transact((portfolio) => (isLive ? outage(portfolio, nowMs()) : []))),
    inOneTurn(() =>
      journal.transact((portfolio) => {
        if (!isLive) return [];
        const { prices, listeningMs } = board.heard();
        const { lengths } = board;
        return unpriced(portfolio, { prices, lengths }, { nowMs: nowMs(), listeningMs });
      }),
    ),
    inOneTurn(() => states.mirror()),
    begunInTurn(() => journal.keepSnapshot()),
    begunInTurn(async () => paper?.keepSnapshot()),
  ];
  let isClosed = false;
  return {
    get isDone() {
      return journal.state.marked && journal.state.orders.size === 0;
    },
    async take(signal) {
      await follower.reached(Math.max(signal.data.tape?.sequence ?? 0, upTo));
      await taking.take(signal);
    },
    async sweep() {
      const isThere = await serial(async () => {
        await journal.catchUp();
        if (!journal.state.opened) return false;
        await agree();
        return true;
      });
      if (!isThere) return;
      await sweep(steps, (task) =>
        serial(async () => {
          if (!isClosed) await task();
        }),
      );
    },
    followStates: () =>
      serial(async () => {
        if (!journal.state.opened) return;
        await states.follow();
        await settleOrders(place.nowMs());
      }),
    async endTape(ended, sequence) {
      await follower.reached(sequence);
      await serial(async () => {
        const timeMs = toMs(ended.time);
        await journal.catchUp();
        await settleOrders(timeMs);
        for (const order of openOrders().filter(isUnsent))
          await dispatcher.abandon(order, { timeMs, ...unsentAtTheEnd });
        await paper?.cancelResting(timeMs);
        await journalReports(timeMs);
        await openFor(ended.data.closes[0]?.symbol ?? '', timeMs);
        await journal.transact((portfolio) => mark(portfolio, ended.data, timeMs));
      });
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      hints?.unsubscribe();
      await follower.stop();
      await dispatcher.idle();
      await serial(async () => undefined);
      await Promise.all([journal.keepSnapshot(), paper?.keepSnapshot()]);
      await stack.disposeAsync();
    },
  };
}
