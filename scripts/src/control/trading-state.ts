import {
  JournalEvent,
  subjects,
  toTime,
  tradingStateBucket,
  TradingStateEntry,
  type TradingState,
} from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { filter, firstValueFrom, lastValueFrom, map, takeUntil, timer } from 'rxjs';
import { isMeant, type Selection } from './select-portfolios.ts';

export interface StateChange {
  readonly state: TradingState;
  readonly reason: string;
  readonly author: string;
}

/** What became of a change of the trading state. */
export interface StateAnswer {
  /** Open portfolios that are in that state now, and those whose workers have not answered in time. */
  readonly followed: readonly string[];
  readonly unanswered: readonly string[];
  /** Open portfolios of which somebody has wanted something else since: that is kept, and not this. */
  readonly overruled: readonly Overruled[];
}

interface Overruled extends StateChange {
  readonly portfolio: string;
}

/** Keeps the state for the portfolios and waits until the workers have written it into their journals. */
export async function changeTradingState(
  bus: Bus,
  { names, open }: Selection,
  { waitMs, ...change }: StateChange & { readonly waitMs: number },
): Promise<StateAnswer> {
  const bucket = await bus.bucket(tradingStateBucket);
  const entry: TradingStateEntry = { ...change, time: toTime(Date.now()) };
  // A bucket that was made anew counts from the start: what the journals tell of the former one is no answer.
  const after = await bus.lastSequence('TRADING');
  const { kept: former } = await readTradingStates(bus);
  // One that is there already, and is to be, has nothing to write down.
  const there = await Promise.all(
    open.map(async ({ name }) => (await journalledState(bus, name)) === change.state),
  );
  const revisions: number[] = [];
  for (const name of names) revisions.push(await bucket.put(name, JSON.stringify(entry)));
  const isKept = names.every((name) => (former.get(name)?.state ?? change.state) === change.state);
  const revision = Math.min(...revisions);
  const answers = await Promise.all(
    open.map(async ({ name }, at) => ({
      name,
      followed:
        (isKept && there[at] === true) ||
        (await isFollowed(bus, name, { state: change.state, revision, after, waitMs })),
    })),
  );
  const { kept } = await readTradingStates(bus);
  const overruled = open.flatMap(({ name, tape }): Overruled[] => {
    const now = keptState(kept, { name, tape });
    if (now === undefined || now.state === change.state || now.revision <= revision) return [];
    return [{ portfolio: name, state: now.state, reason: now.reason, author: now.author }];
  });
  const isOverruled = (name: string): boolean =>
    overruled.some(({ portfolio }) => portfolio === name);
  const lasting = answers.filter(({ name }) => !isOverruled(name));
  return {
    followed: lasting.flatMap(({ name, followed }) => (followed ? [name] : [])),
    unanswered: lasting.flatMap(({ name, followed }) => (followed ? [] : [name])),
    overruled,
  };
}

/** An entry of the bucket and its place among all of them. */
export type KeptState = TradingStateEntry & { readonly revision: number };

/** What is kept for the workers, by the name of the portfolio. */
export type TradingStates = ReadonlyMap<string, KeptState>;

/** What is kept, and under which names something is that makes no sense: until it is put right, workers enter nothing there. */
export async function readTradingStates(
  bus: Bus,
): Promise<{ readonly kept: TradingStates; readonly unreadable: readonly string[] }> {
  const entries = await (await bus.bucket(tradingStateBucket)).entries();
  const kept = new Map<string, KeptState>();
  const unreadable: string[] = [];
  for (const { key, value, revision } of entries) {
    const parsed = TradingStateEntry.safeParse(parseJson(value));
    if (parsed.success) kept.set(key, { ...parsed.data, revision });
    else unreadable.push(key);
  }
  return { kept, unreadable };
}

/** Of the entries that hold for a portfolio the later one counts. */
export function keptState(
  kept: TradingStates,
  portfolio: { readonly name: string; readonly tape: string },
): KeptState | undefined {
  const [latest] = [...kept]
    .filter(([key]) => isMeant(portfolio, key))
    .map(([, entry]) => entry)
    .toSorted((a, b) => b.revision - a.revision);
  return latest;
}

/** A state that is kept for a portfolio which nobody has opened yet: workers follow it from their start on. */
export type WaitingState = KeptState & { readonly portfolio: string };

export function waitingStates(
  kept: TradingStates,
  listed: readonly { readonly name: string; readonly tape: string }[],
  wanted: string,
): WaitingState[] {
  return [...kept]
    .filter(
      ([name, { state }]) =>
        state !== 'ACTIVE' &&
        (wanted === 'all' || wanted === name) &&
        !listed.some((portfolio) => isMeant(portfolio, name)),
    )
    .map(([portfolio, entry]) => ({ portfolio, ...entry }));
}

function changes(bus: Bus, portfolio: string, from?: { sequence: number }) {
  const subject = subjects.journal(portfolio, 'trading_state_changed');
  const place = from && { from, follow: true };
  return bus.read({ stream: 'TRADING', subject, ...place }).pipe(
    map(({ body }): Journalled => {
      const { success, data: event } = JournalEvent.safeParse(parseJson(body));
      return success && event.type === 'trading_state_changed' ? event.data : { to: undefined };
    }),
  );
}

/** `to`: undefined where the journal cannot be read. Who wants to halt must not be kept from it by that. */
interface Journalled {
  readonly to: TradingState | undefined;
  readonly revision?: number | undefined;
}

/** A journal that tells of no change is that of a portfolio that trades. */
async function journalledState(bus: Bus, portfolio: string): Promise<TradingState | undefined> {
  const active: Journalled = { to: 'ACTIVE' };
  const { to } = await lastValueFrom(changes(bus, portfolio), { defaultValue: active });
  return to;
}

async function isFollowed(
  bus: Bus,
  portfolio: string,
  {
    state,
    revision,
    after,
    waitMs,
  }: { state: TradingState; revision: number; after: number; waitMs: number },
): Promise<boolean> {
  const change = await firstValueFrom(
    changes(bus, portfolio, { sequence: after + 1 }).pipe(
      filter((made) => (made.revision ?? 0) >= revision),
      takeUntil(timer(waitMs)),
    ),
    { defaultValue: undefined },
  );
  // Somebody else may have changed it again meanwhile: what counts is where it is.
  return change?.to === state || (await journalledState(bus, portfolio)) === state;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
