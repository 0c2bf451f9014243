import {
  JournalEvent,
  parseEvent,
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
}

/** Keeps the state for the portfolios and waits until the workers have written it into their journals. */
export async function changeTradingState(
  bus: Bus,
  { names, open }: Selection,
  { waitMs, ...change }: StateChange & { readonly waitMs: number },
): Promise<StateAnswer> {
  const bucket = await bus.bucket(tradingStateBucket);
  const entry: TradingStateEntry = { ...change, time: toTime(Date.now()) };
  const former = await tradingStates(bus);
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
        (await isFollowed(bus, name, { state: change.state, revision, waitMs })),
    })),
  );
  return {
    followed: answers.flatMap(({ name, followed }) => (followed ? [name] : [])),
    unanswered: answers.flatMap(({ name, followed }) => (followed ? [] : [name])),
  };
}

/** An entry of the bucket and its place among all of them. */
export type KeptState = TradingStateEntry & { readonly revision: number };

/** What is kept for the workers, by the name of the portfolio. */
export type TradingStates = ReadonlyMap<string, KeptState>;

/** What cannot be read is left out. */
export async function tradingStates(bus: Bus): Promise<TradingStates> {
  const entries = await (await bus.bucket(tradingStateBucket)).entries();
  const states = new Map<string, KeptState>();
  for (const { key, value, revision } of entries) {
    const parsed = TradingStateEntry.safeParse(parseJson(value));
    if (parsed.success) states.set(key, { ...parsed.data, revision });
  }
  return states;
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

function changes(bus: Bus, portfolio: string, follow: boolean) {
  const subject = subjects.journal(portfolio, 'trading_state_changed');
  return bus.read({ stream: 'TRADING', subject, follow }).pipe(
    map(({ body }) => parseEvent(JournalEvent, body)),
    filter((event) => event.type === 'trading_state_changed'),
  );
}

/** A journal that tells of no change is that of a portfolio that trades. */
async function journalledState(bus: Bus, portfolio: string): Promise<TradingState> {
  const last = await lastValueFrom(changes(bus, portfolio, false), { defaultValue: undefined });
  return last?.data.to ?? 'ACTIVE';
}

async function isFollowed(
  bus: Bus,
  portfolio: string,
  { state, revision, waitMs }: { state: TradingState; revision: number; waitMs: number },
): Promise<boolean> {
  const change = await firstValueFrom(
    changes(bus, portfolio, true).pipe(
      filter(({ data }) => (data.revision ?? 0) >= revision),
      takeUntil(timer(waitMs)),
    ),
    { defaultValue: undefined },
  );
  // Somebody else may have changed it again meanwhile: what counts is where it is.
  return change?.data.to === state || (await journalledState(bus, portfolio)) === state;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
