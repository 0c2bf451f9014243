import {
  canonicalJson,
  journalPrefix,
  liveTape,
  JournalEvent,
  toMs,
  TransientError,
  UserError,
  type Mode,
  type OrderId,
  type PortfolioSettings,
  type TapeEnded,
  type TradeSignal,
} from '@heliograph/contracts';
import type { Bus, StoredMessage } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';
import { requestOf } from '../brokers/request.ts';
import { isExpired } from '../decision/checks.ts';
import { decide, open, orderIdFor } from '../decision/decide.ts';
import { draftOf, recorded, type Draft } from '../decision/draft.ts';
import { mark } from '../decision/mark.ts';
import { currencyOf, emptyPortfolio, evolve, type Portfolio } from '../decision/portfolio.ts';
import type { Order } from '../decision/order.ts';
import { outcomeUnknown, settle } from '../decision/settle.ts';
import { createFold } from '../fold.ts';
import { openPaperBroker } from '../paper/paper-broker.ts';
import { followTape } from './follow-tape.ts';
import { createSerial } from './serial.ts';

/** How long an order may stay unsent before the sweep sees to it that it is never sent. */
const forgottenAfterMs = 30_000;

const expiredBeforeSending = {
  reason: 'EXPIRED',
  detail: 'it expired before it could be sent',
} as const;
const forgotten = { reason: 'EXPIRED', detail: 'nobody was left to send it' } as const;
const unsentAtTheEnd = {
  reason: 'TAPE_ENDED',
  detail: 'the recording ended before it was sent',
} as const;

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
  /** Whether nothing is open here and nothing more can come. */
  readonly isDone: boolean;
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
        broker.onCandle(candle, sequence);
        await settleOrders();
      }),
    onOther: (sequence) => serial(async () => broker.onOther(sequence)),
    onError: (error) => log.warn({ err: error, portfolio: name }, 'a candle waits for the sweep'),
  });

  const nowFor = (signal: TradeSignal): number =>
    tape === liveTape ? options.nowMs() : Math.max(toMs(signal.time), follower.timeMs);

  const journalReports = async (): Promise<void> => {
    while (!(await journalOnce()));
  };

  /** False when others' orders came to light on the way: theirs may be the earlier reports. */
  const journalOnce = async (): Promise<boolean> => {
    const open = [...journal.state.orders.keys()];
    const reports = await Promise.all(open.map((id) => broker.reportsOf(id)));
    const inOrder = reports
      .flatMap((known) => known ?? [])
      .toSorted((a, b) => a.sequence - b.sequence);
    for (const report of inOrder)
      if (!(await journal.tryWrite(settle(journal.state, report)))) return false;
    return true;
  };

  /** Every open order, as the venue knows it, into the journal. */
  const settleOrders = async (): Promise<void> => {
    await broker.refresh([...journal.state.orders.keys()]);
    await broker.matchMissed(journalReports);
    await journalReports();
  };

  const openFor = async (symbol: string, timeMs: number): Promise<void> => {
    await journal.transact(({ opened }) =>
      opened
        ? []
        : [open(name, { mode, settings }, { tape, currency: currencyOf(symbol), timeMs })],
    );
    refuseOtherSettings(journal.state, { mode, settings });
  };

  const send = async (order: Order, signal: TradeSignal): Promise<void> => {
    const timeMs = nowFor(signal);
    const { reachedSequence } = follower;
    const tapeSequence = Math.min(signal.data.tape?.sequence ?? reachedSequence, reachedSequence);
    try {
      // The venue has the last word: it takes an order once, and one that it has taken it does not abandon.
      if (isExpired(order.expiryMs, timeMs))
        await broker.abandon(order.id, { timeMs, ...expiredBeforeSending });
      else await broker.place({ ...requestOf(order), tapeSequence });
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      await journal.transact((portfolio) =>
        portfolio.orders.get(order.id)?.status === 'intended'
          ? [outcomeUnknown(portfolio, order, { timeMs, detail })]
          : [],
      );
      throw new TransientError('ORDER_UNKNOWN', `the outcome of order ${order.id} is unknown`, {
        cause: error,
      });
    }
    await settleOrders();
  };

  /** Orders of workers that died so often over them that their signal was given up. */
  const unsentSince = new Map<OrderId, number>();
  const abandonForgotten = async (): Promise<void> => {
    const nowMs = options.nowMs();
    const unsent = [...journal.state.orders.values()].filter((order) =>
      isUnsent(journal.state, order),
    );
    for (const id of unsentSince.keys())
      if (!unsent.some((order) => order.id === id)) unsentSince.delete(id);
    for (const { id, timeMs } of unsent) {
      const since = unsentSince.get(id) ?? nowMs;
      unsentSince.set(id, since);
      if (nowMs - since < forgottenAfterMs) continue;
      const laterMs = tape === liveTape ? nowMs : Math.max(timeMs, follower.timeMs);
      await broker.abandon(id, { timeMs: laterMs, ...forgotten });
    }
  };

  const decideAndSend = async (signal: TradeSignal): Promise<void> => {
    await openFor(signal.data.symbol, nowFor(signal));
    let decision: Draft[];
    do {
      await settleOrders();
      decision = decide(journal.state, signal, { nowMs: nowFor(signal), mode });
    } while (!(await journal.tryWrite(decision)));
    const order = journal.state.orders.get(orderIdFor(name, signal));
    if (order && isUnsent(journal.state, order)) await send(order, signal);
  };

  return {
    get isDone() {
      return journal.state.marked && journal.state.orders.size === 0;
    },
    async take(signal) {
      const sequence = signal.data.tape?.sequence;
      if (sequence !== undefined) await follower.reached(sequence);
      await serial(() => decideAndSend(signal));
    },
    sweep: () =>
      serial(async () => {
        await journal.catchUp();
        await abandonForgotten();
        await settleOrders();
      }),
    async endTape(ended, sequence) {
      await follower.reached(sequence);
      await serial(async () => {
        const timeMs = toMs(ended.time);
        await journal.catchUp();
        await settleOrders();
        for (const order of journal.state.orders.values())
          if (isUnsent(journal.state, order))
            await broker.abandon(order.id, { timeMs, ...unsentAtTheEnd });
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
