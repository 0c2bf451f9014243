import { deterministicId, liveTape, toMs, toTime } from '@heliograph/contracts';
import { draft, type Draft } from '../decision/state/draft.ts';
import type { Portfolio } from '../decision/state/portfolio.ts';
import type { Journal } from './journal.ts';
import type { TradingStates, WantedState } from './trading-states.ts';

/** Brings what the bucket says about a portfolio into its journal, and what its breakers did into the bucket. */
export interface StateFollower {
  /** Journals the changes that are not followed yet. */
  follow(): Promise<void>;
  /** Whether the bucket can be relied on. */
  isReadable(): boolean;
  /** Writes down what a breaker has done, for people and for the other workers. */
  mirror(): Promise<void>;
}

/** The author of what the portfolio's own limits do. */
const breaker = 'breaker';

export function followStates({
  journal,
  states,
  name,
  base,
}: {
  journal: Journal;
  states: TradingStates;
  name: string;
  base: string;
}): StateFollower {
  const keys = [...new Set([base, name])];
  return {
    follow: () =>
      journal.transact((portfolio) =>
        states
          .wanted(keys)
          .filter((wanted) => isNews(portfolio, wanted))
          .slice(0, 1)
          .map((wanted) => changed(portfolio, wanted)),
      ),
    isReadable: () => states.isReadable(keys),
    async mirror() {
      const { state, reason, author, sinceMs } = journal.state.tradingState;
      if (author !== breaker) return;
      const isOverruled = states.wanted(keys).some((wanted) => isNews(journal.state, wanted));
      if (!isOverruled)
        await states.put(name, {
          state,
          reason: reason.slice(0, 512),
          author,
          time: toTime(sinceMs),
        });
    },
  };
}

/**
 * Whether it is not followed yet. Its place in the bucket tells, and its time where the bucket was made anew and counts
 * from the start; a replay's clock is another one than the person's.
 */
function isNews(portfolio: Portfolio, wanted: WantedState): boolean {
  const { tradingState, opened } = portfolio;
  const isLater =
    wanted.revision > tradingState.revision ||
    (opened?.tape === liveTape && toMs(wanted.time) > tradingState.sinceMs);
  return isLater && !isOwn(portfolio, wanted) && !isTooOld(portfolio, wanted);
}

/** What a breaker wrote there comes back as news. */
function isOwn({ tradingState }: Portfolio, wanted: WantedState): boolean {
  return (
    wanted.author === breaker &&
    tradingState.author === breaker &&
    wanted.state === tradingState.state
  );
}

/**
 * Whoever wanted to trade on did not know yet that a breaker would trip. On a replay nobody can tell: its clock is another
 * one than the person's.
 */
function isTooOld({ tradingState, opened }: Portfolio, wanted: WantedState): boolean {
  return (
    opened?.tape === liveTape &&
    tradingState.author === breaker &&
    wanted.state === 'ACTIVE' &&
    toMs(wanted.time) < tradingState.sinceMs
  );
}

function changed(portfolio: Portfolio, wanted: WantedState): Draft {
  const { name, tradingState, valuation, lastFillMs, opened } = portfolio;
  const { state, reason, author, revision, time } = wanted;
  // A replay has a clock of its own, which the person who changes it does not know.
  const timeMs = opened?.tape === liveTape ? toMs(time) : Math.max(valuation.timeMs, lastFillMs);
  return draft(
    'trading_state_changed',
    {
      portfolio: name,
      key: `revision ${revision} ${time}`,
      timeMs,
      subject: name,
      correlationId: deterministicId('portfolio', name),
    },
    { from: tradingState.state, to: state, reason, author, revision },
  );
}
