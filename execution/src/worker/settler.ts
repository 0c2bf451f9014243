import type { Broker, Report } from '../brokers/broker.ts';
import type { Clock } from '../clock.ts';
import type { Draft } from '../decision/state/draft.ts';
import { lapse } from '../decision/exits/lapse.ts';
import type { Order } from '../decision/state/order.ts';
import type { Portfolio } from '../decision/state/portfolio.ts';
import { preview } from '../decision/state/preview.ts';
import { protect } from '../decision/exits/protection.ts';
import { settle } from '../decision/settle.ts';
import { withdraw } from '../decision/exits/withdraw.ts';
import type { PaperBroker } from '../paper/paper-broker.ts';
import type { Answers } from './venue/answers.ts';
import type { Dispatcher } from './venue/dispatcher.ts';
import type { Journal } from './journal.ts';
import type { Moment } from './venue/sending.ts';

/** Brings what the venue says into the journal, together with whatever follows from it. */
export interface Settler {
  /**
   * Every open order, as the venue knows it, into the journal, and whatever follows from it, until nothing more does. An
   * order that an exchange says nothing of stays as the journal has it: `Answers` knows which those are.
   */
  settleOrders(timeMs: number): Promise<void>;
  /** The reports that are there, in the order of the venue. */
  journalReports(timeMs: number): Promise<void>;
  /** False when somebody else has written in the meantime, and then what was read is out of date. */
  write(events: readonly Draft[]): Promise<boolean>;
}

export function createSettler({
  journal,
  broker,
  paper,
  answers,
  dispatcher,
  isLive,
  marketSequence,
  moment,
  clock: { nowMs, steadyMs },
}: {
  journal: Journal;
  broker: Broker;
  /** The same, where it is a paper account: it fills from the tape. */
  paper: PaperBroker | undefined;
  answers: Answers;
  dispatcher: Dispatcher;
  isLive: boolean;
  /** The message of MARKET that is worked off. */
  marketSequence: () => number;
  moment: (timeMs: number) => Moment;
  clock: Clock;
}): Settler {
  /** Of what execution holds itself the venue knows nothing. */
  const sentOrders = (): Order[] =>
    [...journal.state.orders.values()].filter(({ isHeld }) => !isHeld);

  /** False when somebody else has written in the meantime, and then what was read is out of date. */
  const write = async (events: readonly Draft[]): Promise<boolean> => {
    // Others may read it before we hear that it is written.
    const sinceMs = steadyMs();
    const isWritten = await journal.tryWrite(events);
    if (isWritten) dispatcher.written(events, sinceMs);
    return isWritten;
  };

  /** A paper account answers for all of its orders, or the bus is away: then nothing is done, lest it be out of order. */
  const reportsThere = async (): Promise<readonly Report[]> => {
    if (!paper) return answers.reportsOf(sentOrders());
    const reports = await Promise.all(sentOrders().map((order) => broker.reportsOf(order)));
    return reports.flatMap((known) => known ?? []);
  };

  const journalReports = async (timeMs: number): Promise<void> => {
    while (!(await journalOnce(timeMs)));
  };
  /** False when other orders came to light on the way: theirs may be the earlier reports. */
  const journalOnce = async (timeMs: number): Promise<boolean> => {
    // What was intended before, perhaps by others, comes before whatever is told next.
    await dispatcher.carryOut(moment(timeMs));
    const inOrder = (await reportsThere()).toSorted((a, b) => a.sequence - b.sequence);
    for (const report of inOrder) {
      const told = settle(journal.state, report).map((event) => filledAt(report, event));
      if (told.length === 0) continue;
      // On a replay it is followed up at its own place, whoever finds it, and when; in one batch, lest others do it later.
      const at = isLive ? { timeMs, sequence: marketSequence() } : placeOf(report, journal.state);
      const following = followingFrom(preview(journal.state, told), at);
      if (!(await write([...told, ...following]))) return false;
      if (following.length > 0) return false;
    }
    // What is known to be there can be taken back.
    return !(await dispatcher.carryOut(moment(timeMs)));
  };

  /** What follows from the state by itself: protection, orders to take back. True when there was something to do. */
  const followUp = async (timeMs: number): Promise<boolean> => {
    const events = followingFrom(journal.state, { timeMs, sequence: marketSequence() });
    const isSaid = events.length > 0;
    if (isSaid && !(await write(events))) return true;
    return (await dispatcher.carryOut(moment(timeMs))) || isSaid;
  };

  const followingFrom = (state: Portfolio, when: { timeMs: number; sequence: number }): Draft[] => {
    // However long it took to get here, what is decided now is decided now: the venue refuses what is old.
    const at = isLive ? { ...when, timeMs: nowMs() } : when;
    // Others have seen more of a replayed tape: what follows from that is for them to say, or for later.
    if (!isLive && state.filledSequence > at.sequence) return [];
    return [
      ...withdraw(state, at.timeMs),
      ...(broker.timesInForce.includes('GTD') ? [] : lapse(state, at.timeMs)),
      ...protect(state, at.timeMs).map((event) => decidedAt(at.sequence, event)),
    ];
  };

  /** Every open order, as the venue knows it, into the journal, and whatever follows from it. */
  const settleOrders = async (timeMs: number): Promise<void> => {
    let seen: number;
    do {
      seen = journal.sequence;
      if (paper) {
        await broker.refresh(sentOrders());
        await paper.matchMissed(timeMs, (candleMs) => journalReports(isLive ? timeMs : candleMs));
      } else await journalReports(timeMs);
      // What came to light on the way, through us or through others, may be at the venue already.
    } while ((await followUp(timeMs)) || journal.sequence !== seen);
  };

  return { settleOrders, journalReports, write };
}

function decidedAt(marketSequence: number, event: Draft): Draft {
  return event.type === 'order_intended'
    ? { ...event, data: { ...event.data, marketSequence } }
    : event;
}

function filledAt({ tape }: Report, event: Draft): Draft {
  return event.type === 'order_filled' && tape
    ? { ...event, data: { ...event.data, marketSequence: tape.sequence } }
    : event;
}

/** Where on a replayed tape something happened: at a price, or else at the last thing that was decided or filled. */
function placeOf(
  { tape, timeMs }: Report,
  { filledSequence, marketSequence }: Portfolio,
): { timeMs: number; sequence: number } {
  return tape ?? { timeMs, sequence: Math.max(filledSequence, marketSequence) };
}
