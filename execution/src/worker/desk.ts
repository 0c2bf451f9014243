import {
  liveTape,
  toMs,
  TransientError,
  UserError,
  type Candle,
  type Mode,
  type OrderId,
  type PortfolioSettings,
  type TapeEnded,
  type TradeSignal,
} from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import { NEVER } from 'rxjs';
import type { Broker } from '../brokers/broker.ts';
import { decide, open } from '../decision/decide.ts';
import type { Draft } from '../decision/draft.ts';
import { mark } from '../decision/mark.ts';
import { isUnsent, type Order } from '../decision/order.ts';
import { outage } from '../decision/outage.ts';
import { currencyOf, type Portfolio } from '../decision/portfolio.ts';
import { unpriced } from '../decision/unpriced.ts';
import { value } from '../decision/value.ts';
import { unreachable } from '../decision/venue-trouble.ts';
import { openPaperBroker, type PaperBroker } from '../paper/paper-broker.ts';
import { candleOfPrint } from '../paper/slice.ts';
import type { TapeItem } from '../paper/tape.ts';
import { agreeOn } from './agreement.ts';
import { createAnswers } from './answers.ts';
import { asFarAsHeard } from './as-far-as-heard.ts';
import { createDispatcher, type Dispatcher, type Moment } from './dispatcher.ts';
import { eachByItself } from './each-by-itself.ts';
import { followTape } from './follow-tape.ts';
import { createForgottenOrders } from './forgotten-orders.ts';
import { createHeldOrders } from './held-orders.ts';
import { createJournal } from './journal.ts';
import { createPriceBoard } from './price-board.ts';
import { createReconciler } from './reconciler.ts';
import { createSerial } from './serial.ts';
import { createSettler } from './settler.ts';
import { refuseMargin } from './spot-account.ts';
import { followStates } from './state-follower.ts';
import type { TradingStates } from './trading-states.ts';
import { createStrangers } from './strangers.ts';
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
  /** The wall clock, epoch ms. */
  readonly nowMs: () => number;
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
  const { bus, name, tape, mode, settings, source, nowMs, log } = options;
  const isLive = tape === liveTape;
  const serial = createSerial();
  const stack = new AsyncDisposableStack();
  const listeningMs = nowMs();
  let marketSequence = 0;
  /** The close of the last candle of the tape that was worked off, or the time of the last trade. */
  let playedMs = 0;
  const journal = createJournal({
    bus,
    name,
    source,
    nowMs,
    marketSequence: () => marketSequence,
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
  async function openVenue(): Promise<Broker> {
    const [symbol] = settings.risk.symbols ?? [];
    if (!options.openBroker || symbol === undefined)
      throw new UserError(
        `portfolio ${name} is live: say which symbols it trades, as in {"symbols": ["BTC/USDT"]} in the file of --risk`,
      );
    try {
      const opened = await options.openBroker();
      await refuseMargin(opened, settings, name);
      await openFor(symbol, nowMs());
      return opened;
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      await openFor(symbol, nowMs());
      await journal.transact((portfolio) => unreachable(portfolio, error.message, nowMs()));
      throw error;
    }
  }
  const board = createPriceBoard(journal.state);
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
  const broker = stack.use(paper ?? (await openVenue()));
  const trouble = createTrouble(log);
  const answers = createAnswers({
    broker,
    isAwaited: (order) => dispatcher.isAwaited(order),
    nowMs,
    trouble,
  });
  const dispatcher: Dispatcher = createDispatcher({
    journal,
    broker,
    isSilent: ({ id }) => answers.silent.has(id),
    inTurn: serial,
    nowMs,
    trouble,
  });
  const heldOrders = createHeldOrders();
  const forgottenOrders = createForgottenOrders({
    journal,
    dispatcher,
    nowMs,
    timeFor: ({ timeMs }) => (isLive ? nowMs() : Math.max(timeMs, playedMs)),
  });
  const reconciler = createReconciler({
    journal,
    broker,
    settings,
    isNeeded: !paper,
    everyMs: options.compareEveryMs ?? 30_000,
    answered: () => dispatcher.answered(),
    settleOrders: () => settleOrders(tapeMs()),
    answers,
    nowMs,
    trouble,
  });
  const states = followStates({ ...options, journal });

  const tapeMs = (): number => (isLive ? nowMs() : playedMs);
  const nowFor = (signal: TradeSignal): number =>
    isLive ? nowMs() : Math.max(toMs(signal.time), playedMs);
  const moment = (timeMs: number): Moment => ({
    timeMs,
    ...(paper && { tapeSequence: marketSequence }),
  });
  const openOrders = (): Order[] => [...journal.state.orders.values()];
  const { write, journalReports, settleOrders } = createSettler({
    journal,
    broker,
    paper,
    answers,
    dispatcher,
    isLive,
    marketSequence: () => marketSequence,
    moment,
    nowMs,
  });

  const watch = async (timeMs: number): Promise<void> => {
    for (;;) {
      // Whoever lags behind on a replay would value what is held by prices from before.
      const { filledSequence, marketSequence: decidedSequence } = journal.state;
      if (!isLive && Math.max(filledSequence, decidedSequence) > marketSequence) return;
      const events = value(journal.state, board.prices, timeMs);
      if (events.length === 0) return;
      const isWritten = await write(events);
      await settleOrders(timeMs);
      if (isWritten) break;
    }
    await states.mirror();
  };

  /** Candles with which the orders that are held here were not compared yet: the journal could not be written. */
  const unwatched: Candle[] = [];
  const triggerHeld = async (timeMs: number): Promise<void> => {
    for (let [candle] = unwatched; candle; [candle] = unwatched) {
      let reached: Draft[];
      do reached = heldOrders.reachedBy(journal.state, candle, timeMs);
      while (!(await write(reached)));
      heldOrders.follow(journal.state, candle);
      unwatched.shift();
      // At once: whether the venue has anything to say of other orders is no matter.
      if (reached.length > 0) await dispatcher.carryOut(moment(timeMs));
    }
  };

  const onPrice = async (item: TapeItem, sequence: number): Promise<void> => {
    marketSequence = sequence;
    const candle = item.type === 'candle' ? item.candle : candleOfPrint(item.print);
    // Whatever was decided before this instant is known, so it does not matter who works it off.
    if (!isLive && candle.closeTime > playedMs) await journal.catchUp();
    playedMs = Math.max(playedMs, candle.closeTime);
    if (item.type === 'candle') paper?.onCandle(item.candle, sequence);
    else paper?.onPrint(item.print, sequence);
    board.add(candle);
    if (sequence <= board.knownUpTo || !journal.state.opened) {
      heldOrders.follow(journal.state, candle);
      return;
    }
    const timeMs = tapeMs();
    unwatched.push(candle);
    await triggerHeld(timeMs);
    await settleOrders(timeMs);
    await watch(timeMs);
  };
  follower.start({
    onPrice: (item, sequence) => serial(() => onPrice(item, sequence)),
    onOther: (sequence) =>
      serial(async () => {
        marketSequence = sequence;
        paper?.onOther(sequence);
      }),
    onError: (error) => trouble.failed(`following the tape for ${name}`, error),
  });
  // A paper account changes by what happens here.
  const following = `following the venue of ${name}`;
  const strangers = createStrangers({ bus, journal, nowMs });
  const onHint = async (id: OrderId | 'any'): Promise<void> => {
    try {
      await serial(async () => {
        await strangers.look(id);
        await settleOrders(tapeMs());
      });
      trouble.over(following);
    } catch (error) {
      trouble.failed(following, error);
    }
  };
  const hints = (paper ? NEVER : broker.changes$).subscribe({
    next: (id) => void onHint(id),
    error: (error: unknown) => trouble.failed(following, error),
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
      return { timeMs: nowFor(signal), ...(paper && { tapeSequence: seen }) };
    },
    async prepare(signal) {
      await openFor(signal.data.symbol, nowFor(signal));
      await reconciler.passGate();
      await states.follow();
    },
    async decide(signal) {
      let decision: readonly Draft[];
      do {
        await settleOrders(nowFor(signal));
        // Somebody of other terms may have written in between.
        await agree();
        decision = decide(journal.state, signal, {
          nowMs: nowFor(signal),
          mode,
          prices: board.prices,
          isStateReadable: states.isReadable(),
          ...reconciler.clock(),
        });
        const { silent } = answers;
        decision = asFarAsHeard(decision, {
          portfolio: journal.state,
          signal,
          silent,
          nowMs: nowMs(),
        });
      } while (!(await write(decision)));
      // Entries are taken back before the exit goes out that leaves with what they have bought.
      await dispatcher.carryOut(moment(nowFor(signal)));
    },
    mirror: () => states.mirror(),
  });

  const unpricedNow = (portfolio: Portfolio): Draft[] =>
    isLive ? unpriced(portfolio, board, { nowMs: nowMs(), listeningMs }) : [];

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
      /** Prices and signals have their turn between the steps. */
      const inTurn = (step: () => Promise<void>) => () =>
        serial(async () => {
          if (!isClosed) await step();
        });
      await eachByItself([
        inTurn(() => states.follow()),
        inTurn(() => triggerHeld(tapeMs())),
        // It tells when the venue does not answer, and much of the rest needs its answers.
        () => reconciler.compare((task) => inTurn(task)()),
        inTurn(() => forgottenOrders.abandon()),
        inTurn(() => dispatcher.findOut(moment(tapeMs()))),
        inTurn(() => settleOrders(tapeMs())),
        inTurn(() => journal.transact((portfolio) => (isLive ? outage(portfolio, nowMs()) : []))),
        inTurn(() => journal.transact(unpricedNow)),
        inTurn(() => states.mirror()),
        inTurn(() => journal.keepSnapshot()),
        inTurn(async () => paper?.keepSnapshot()),
      ]);
    },
    followStates: () =>
      serial(async () => {
        if (!journal.state.opened) return;
        await states.follow();
        await settleOrders(tapeMs());
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
      hints.unsubscribe();
      await follower.stop();
      await dispatcher.idle();
      await serial(async () => undefined);
      await stack.disposeAsync();
    },
  };
}
