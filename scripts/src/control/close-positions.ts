import { randomBytes } from 'node:crypto';
import {
  journalPrefix,
  JournalEvent,
  liveTape,
  parseEvent,
  subjects,
  type TradeSignal,
} from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { defer, EMPTY, lastValueFrom, map, retry, takeUntil, takeWhile, timer } from 'rxjs';
import { createCloseOutcomes, type CloseOutcome } from './close-outcome.ts';
import { closeSignal } from './close-signal.ts';
import { lastPrice } from './last-price.ts';
import { instrumentOf, type HeldPosition, type ReadView } from './portfolio-view.ts';

/** A position that is to be closed, in the portfolio that holds it. */
export interface Closing {
  readonly held: ReadView;
  readonly position: HeldPosition;
}

/** Everything that is held. */
export function closingsOf(views: readonly ReadView[]): Closing[] {
  return views.flatMap((held) =>
    [...held.view.positions.values()].map((position) => ({ held, position })),
  );
}

/** What became of one. */
export type Closed = CloseOutcome &
  Pick<HeldPosition, 'venue' | 'symbol' | 'side' | 'quantity'> & {
    readonly portfolio: string;
    readonly signalId: string;
  };

const reconnectDelayMs = 500;
/** For a price that no candle has told of. */
const unknownTimeframe = '1m';

/**
 * Publishes a signal to leave each of the positions, durably, and waits until the journals tell what became of them, or
 * the time is over: what is not done by then is done later, or expires.
 */
export async function closePositions(
  bus: Bus,
  closings: readonly Closing[],
  {
    reason,
    waitMs,
    command = randomBytes(6).toString('hex'),
    writeOff,
  }: {
    readonly reason: string;
    readonly waitMs: number;
    /** Nothing is sold: what the venue does not have goes out of the books. `price`: at which. Default: the last one. */
    readonly writeOff?: { readonly price: string | undefined };
    /** Names the command: what it closes is closed once, however often it is given. Default: another one each time. */
    readonly command?: string | undefined;
  },
): Promise<Closed[]> {
  const signals = await Promise.all(
    closings.map(async (closing) => ({
      ...closing,
      signal: await signalFor(bus, closing, { command, reason, writeOff }),
    })),
  );
  for (const { signal } of signals)
    await bus.publish({
      subject: subjects.signal(signal.data),
      id: signal.id,
      body: JSON.stringify(signal),
    });
  const byPortfolio = Map.groupBy(signals, ({ held }) => held.name);
  const closed = await Promise.all(
    [...byPortfolio.values()].map((ofOne) => outcomesOf(bus, ofOne, waitMs)),
  );
  return closed.flat();
}

async function signalFor(
  bus: Bus,
  { held, position }: Closing,
  {
    command,
    reason,
    writeOff,
  }: {
    command: string;
    reason: string;
    writeOff: { readonly price: string | undefined } | undefined;
  },
): Promise<TradeSignal> {
  const { name, tape, view, portfolio } = held;
  const { venue, symbol } = position;
  const nowMs = Date.now();
  const candle = await lastPrice(bus, { venue, symbol, tape });
  const tapeMs = Math.max(view.timeMs, candle?.timeMs ?? view.timeMs);
  // It comes after what it is made of, also where the clock here is behind those of the workers.
  const timeMs = tape === liveTape ? Math.max(nowMs, view.timeMs) : tapeMs;
  const known = view.prices.get(instrumentOf(position)) ?? position.averageEntryPrice;
  const price = candle ?? { price: known, timeMs: view.timeMs, timeframe: unknownTimeframe };
  return closeSignal({
    portfolio: name,
    mode: portfolio.opened?.mode ?? 'paper',
    tape,
    position,
    timeMs,
    recordedMs: nowMs,
    price: writeOff?.price === undefined ? price : { ...price, price: writeOff.price, timeMs },
    command,
    reason,
    writeOff: writeOff !== undefined,
  });
}

type WithSignal = Closing & { readonly signal: TradeSignal };

/** Of signals to one portfolio. */
async function outcomesOf(
  bus: Bus,
  signalled: readonly WithSignal[],
  waitMs: number,
): Promise<Closed[]> {
  const outcomes = createCloseOutcomes(
    signalled.map(({ signal, position }) => ({ signalId: signal.id, position })),
  );
  const [first] = signalled;
  let sequence = first?.held.sequence ?? 0;
  const journal$ = defer(() =>
    first ? bus.log(journalPrefix(first.held.name)).follow(sequence) : EMPTY,
  ).pipe(
    map((message) => {
      sequence = message.sequence;
      outcomes.add(parseEvent(JournalEvent, message.body));
    }),
    takeWhile(() => !outcomes.settled),
    retry({ delay: reconnectDelayMs }),
    takeUntil(timer(waitMs)),
  );
  await lastValueFrom(journal$, { defaultValue: undefined });
  return signalled.map(({ held, position, signal }) => {
    const { venue, symbol, side, quantity } = position;
    const outcome = outcomes.of(signal.id);
    return { portfolio: held.name, venue, symbol, side, quantity, signalId: signal.id, ...outcome };
  });
}
