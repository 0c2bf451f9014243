import {
  canonicalJson,
  journalPrefix,
  liveTape,
  JournalEvent,
  toMs,
  TransientError,
  UserError,
  type Mode,
  type PortfolioSettings,
  type TapeEnded,
  type TradeSignal,
} from '@heliograph/contracts';
import type { Bus, StoredMessage } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import { requestOf } from '../brokers/request.ts';
import { isExpired } from '../decision/checks.ts';
import { currencyOf, decide, open, orderIdFor } from '../decision/decide.ts';
import { draftOf, recorded, type Draft } from '../decision/draft.ts';
import { mark } from '../decision/mark.ts';
import { emptyPortfolio, evolve, type Portfolio } from '../decision/portfolio.ts';
import type { Order } from '../decision/order.ts';
import { cancelled, outcomeUnknown, settle } from '../decision/settle.ts';
import { createFold } from '../fold.ts';
import { openPaperBroker } from '../paper/paper-broker.ts';
import { expiredBeforeSending } from '../simulation.ts';
import { followTape } from './follow-tape.ts';
import { createSerial } from './serial.ts';

export interface DeskOptions {
  readonly bus: Bus;
  /** The portfolio that is traded here. */
  readonly name: string;
  readonly tape: string;
  readonly mode: Mode;
  readonly settings: PortfolioSettings;
  /** `source` of the events written here. */
  readonly source: string;
  /** The wall clock, epoch ms. */
  readonly nowMs: () => number;
  readonly log: Logger;
}

/**
 * One portfolio as one worker trades it. What it knows is a replica of the journal and of the paper account; what it
 * does goes through their fences, so any number of workers may keep a desk for the same portfolio.
 */
export interface Desk extends AsyncDisposable {
  /** Decides a signal and carries the decision out. Safe to repeat at any point: it converges. */
  take(signal: TradeSignal): Promise<void>;
  /** Journals what has happened at the venue since, also to orders of workers that are no more. */
  sweep(): Promise<void>;
  /** Draws the portfolio up once everything on the tape up to that place in MARKET has been seen. */
  endTape(ended: TapeEnded, sequence: number): Promise<void>;
}

export async function openDesk(options: DeskOptions): Promise<Desk> {
  const { bus, name, tape, mode, settings, source, log } = options;
  const prefix = journalPrefix(name);
  const serial = createSerial();
  const journal = createFold({
    log: bus.log(prefix),
    initial: emptyPortfolio(name),
    evolve,
    read: (message: StoredMessage) => draftOf(JournalEvent.parse(JSON.parse(message.body))),
    write: (event: Draft) => ({
      subject: `${prefix}.${event.type}`,
      id: event.id,
      body: JSON.stringify(recorded(event, { source, recordedMs: options.nowMs() })),
    }),
  });
  await journal.catchUp();
  refuseOtherSettings(journal.state, { mode, settings });
  const follower = await followTape(bus, tape);
  const broker = await openPaperBroker({
    bus,
    account: name,
    tape,
    settings,
    seenUpTo: follower.reachedSequence,
  });
  follower.start({
    onCandle: (candle, sequence) =>
      serial(async () => {
        await broker.onCandle(candle, sequence);
        await settleOrders();
      }),
    onOther: (sequence) => serial(async () => broker.onOther(sequence)),
    onError: (error) => log.warn({ err: error, portfolio: name }, 'a candle waits for the sweep'),
  });

  const nowFor = (signal: TradeSignal): number =>
    tape === liveTape ? options.nowMs() : Math.max(toMs(signal.time), follower.timeMs);

  /** Every open order, as the venue knows it, into the journal. */
  const settleOrders = async (): Promise<void> => {
    await broker.matchMissed();
    for (const { id } of journal.state.orders.values())
      for (const report of (await broker.reportsOf(id)) ?? [])
        await journal.transact((portfolio) => settle(portfolio, report));
  };

  const openFor = async (symbol: string, timeMs: number): Promise<void> => {
    await journal.transact(({ opened }) =>
      opened
        ? []
        : [open(name, { mode, settings }, { tape, currency: currencyOf(symbol), timeMs })],
    );
    refuseOtherSettings(journal.state, { mode, settings });
  };

  /** `fresh`: it was intended a moment ago, here, so nobody can have sent it before. */
  const send = async (order: Order, signal: TradeSignal, fresh: boolean): Promise<void> => {
    const known = fresh ? undefined : await broker.reportsOf(order.id);
    const timeMs = nowFor(signal);
    if (!known && isExpired(order.expiryMs, timeMs)) {
      await journal.transact((portfolio) =>
        isUnsent(portfolio, order)
          ? [cancelled(portfolio, order, { timeMs, ...expiredBeforeSending })]
          : [],
      );
      return;
    }
    try {
      if (!known)
        await broker.place({ ...requestOf(order), tapeSequence: signal.data.tape?.sequence ?? 0 });
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      await journal.transact((portfolio) =>
        isUnsent(portfolio, order) ? [outcomeUnknown(portfolio, order, { timeMs, detail })] : [],
      );
      throw new TransientError('ORDER_UNKNOWN', `the outcome of order ${order.id} is unknown`, {
        cause: error,
      });
    }
    await settleOrders();
  };

  const decideAndSend = async (signal: TradeSignal): Promise<void> => {
    await openFor(signal.data.symbol, nowFor(signal));
    let decision: Draft[];
    do {
      await settleOrders();
      decision = decide(journal.state, signal, { nowMs: nowFor(signal), mode });
    } while (!(await journal.tryWrite(decision)));
    const order = journal.state.orders.get(orderIdFor(name, signal));
    const fresh = decision.length > 0;
    if (order && isUnsent(journal.state, order)) await send(order, signal, fresh);
  };

  return {
    async take(signal) {
      const sequence = signal.data.tape?.sequence;
      if (sequence !== undefined) await follower.reached(sequence);
      await serial(() => decideAndSend(signal));
    },
    sweep: () =>
      serial(async () => {
        await journal.catchUp();
        await settleOrders();
      }),
    async endTape(ended, sequence) {
      await follower.reached(sequence);
      await serial(async () => {
        const timeMs = toMs(ended.time);
        await journal.catchUp();
        await settleOrders();
        await broker.cancelResting(timeMs);
        await settleOrders();
        await openFor(ended.data.closes[0]?.symbol ?? '', timeMs);
        await journal.transact((portfolio) => mark(portfolio, ended.data, timeMs));
      });
    },
    async [Symbol.asyncDispose]() {
      await follower.stop();
      await serial(async () => undefined);
    },
  };
}

/** Whether nobody has heard yet what became of the order. */
function isUnsent(portfolio: Portfolio, { id }: Order): boolean {
  const status = portfolio.orders.get(id)?.status;
  return status === 'intended' || status === 'unknown';
}

function refuseOtherSettings(
  { name, opened }: Portfolio,
  wanted: { mode: Mode; settings: PortfolioSettings },
): void {
  if (!opened) return;
  const { mode, settings } = opened;
  if (canonicalJson({ mode, settings }) === canonicalJson(wanted)) return;
  throw new UserError(
    `portfolio ${name} was opened with other settings (${JSON.stringify({ mode, settings })}): ` +
      'start with those, or name another --portfolio',
  );
}
