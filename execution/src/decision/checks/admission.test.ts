import { anExitSignal, aJournalEvent, aSignal } from '@heliograph/contracts/testing';
import { toTime } from '@heliograph/contracts';
import { draftOf } from '../state/draft.ts';
import { lineageKey, type PortfolioState } from '../state/portfolio.ts';
import { anEntry, aShort, testBothSides, traded, withInstrument } from '../../testing/decisions.ts';
import {
  after,
  bitcoin,
  holdingWith,
  nowMs,
  openedWith,
  stateChanged,
} from '../../testing/portfolios.ts';

/** Whether it is meant for this portfolio, in time, and for something that may be traded now. */
testBothSides([
  {
    reason: 'PORTFOLIO_MISMATCH',
    what: 'for another portfolio',
    refused: { signal: anEntry({ portfolio: 'other' }) },
    passed: { signal: anEntry({ portfolio: 'paper' }) },
  },
  {
    reason: 'PORTFOLIO_MISMATCH',
    what: "for another portfolio's replay",
    refused: {
      state: openedWith({}, { name: 'paper-y', tape: 'x' }),
      signal: anEntry({ portfolio: 'paper' }),
    },
    passed: {
      state: openedWith({}, { name: 'paper-x', tape: 'x' }),
      signal: anEntry({ portfolio: 'paper' }),
    },
  },
  {
    reason: 'MODE_MISMATCH',
    what: 'for another mode',
    refused: { signal: anEntry({ mode: 'live' }) },
    passed: { signal: anEntry({ mode: 'live' }), context: { mode: 'live' } },
  },
  {
    reason: 'MODE_MISMATCH',
    what: 'meant for paper, where it would be traded live',
    refused: {
      state: openedWith({ shadow: true }),
      signal: anEntry({ mode: 'paper' }),
      context: { mode: 'live' },
    },
    passed: { state: openedWith({ shadow: true }), signal: anEntry({ mode: 'live' }) },
  },
  {
    reason: 'TAPE_ENDED',
    what: 'after the end of its tape',
    refused: { state: Object.assign(openedWith(), { hasEnded: true }) },
    passed: {},
  },
  {
    reason: 'EXPIRED',
    what: 'from its expiry on',
    refused: { context: { nowMs: nowMs + 60_000 } },
    passed: { context: { nowMs: nowMs + 59_999 } },
  },
  {
    reason: 'EXPIRED',
    what: 'to leave, once the grace is over as well',
    refused: {
      state: holdingWith({ exitGraceMs: 5 }),
      signal: anExitSignal(),
      context: { nowMs: nowMs + 60_005 },
    },
    passed: {
      state: holdingWith({ exitGraceMs: 5 }),
      signal: anExitSignal(),
      context: { nowMs: nowMs + 60_004 },
    },
  },
  {
    reason: 'SUPERSEDED',
    what: 'older than one that was decided',
    refused: {
      state: traded({}, '100'),
      signal: aSignal({ time: toTime(nowMs - 60_001) }),
      context: { nowMs: nowMs - 60_000 },
    },
    passed: {
      state: traded({}, '100'),
      signal: aSignal({ time: toTime(nowMs - 60_000) }),
      context: { nowMs: nowMs - 60_000 },
    },
  },
  {
    reason: 'SUPERSEDED',
    what: 'to leave, older than what the strategy has decided; a person is in turn whatever clock he has',
    refused: { state: decidedLater('sma-cross'), signal: anExitSignal() },
    passed: {
      state: decidedLater('manual'),
      signal: anExitSignal({ data: { strategy: 'manual' } }),
    },
  },
  {
    reason: 'SUPERSEDED',
    what: 'by a person, older than another one, by earlier rules',
    refused: {
      state: { ...decidedLater('manual'), decisionsVersion: 6 },
      signal: anExitSignal({ data: { strategy: 'manual' } }),
    },
    passed: {
      state: { ...decidedLater('sma-cross'), decisionsVersion: 6 },
      signal: anExitSignal({ data: { strategy: 'manual' } }),
    },
  },
  {
    reason: 'SUPERSEDED',
    what: 'by a person to enter, like everybody',
    refused: {
      state: decidedLater('manual', openedWith()),
      signal: anEntry({ strategy: 'manual' }),
    },
    passed: { signal: anEntry({ strategy: 'manual' }) },
  },
  {
    reason: 'CLOCK_SKEW',
    what: 'dated ahead of our clock',
    refused: {
      state: openedWith({ risk: { maxClockSkewMs: 500 } }),
      context: { nowMs: nowMs - 501 },
    },
    passed: {
      state: openedWith({ risk: { maxClockSkewMs: 500 } }),
      context: { nowMs: nowMs - 500 },
    },
  },
  {
    reason: 'CLOCK_SKEW',
    what: 'recorded ahead of our clock',
    refused: {
      state: openedWith({ risk: { maxClockSkewMs: 500 } }),
      signal: aSignal({ recordedtime: toTime(nowMs + 501) }),
    },
    passed: {
      state: openedWith({ risk: { maxClockSkewMs: 500 } }),
      signal: aSignal({ recordedtime: toTime(nowMs + 501), data: { tape: { id: 'x' } } }),
    },
  },
  {
    reason: 'CLOCK_SKEW',
    what: "while the venue's clock is off",
    refused: {
      state: openedWith({ risk: { maxClockSkewMs: 500 } }),
      context: { clockOffsetMs: -501 },
    },
    passed: {
      state: openedWith({ risk: { maxClockSkewMs: 500 } }),
      context: { clockOffsetMs: 500 },
    },
  },
  {
    reason: 'HALTED',
    what: 'of a strategy while trading is halted',
    refused: { state: withState('HALTED', holdingWith()), signal: anExitSignal() },
    passed: {
      state: withState('HALTED', holdingWith()),
      signal: anExitSignal({ data: { strategy: 'manual' } }),
    },
  },
  {
    reason: 'HALTED',
    what: 'to enter by hand while trading is halted',
    refused: { state: withState('HALTED'), signal: anEntry({ strategy: 'manual' }) },
    passed: { signal: anEntry({ strategy: 'manual' }) },
  },
  {
    reason: 'HALTED',
    what: 'to enter while nobody can tell whether it may',
    refused: { context: { isStateReadable: false } },
    passed: {
      state: holdingWith(),
      signal: anExitSignal(),
      context: { isStateReadable: false },
    },
  },
  {
    reason: 'REDUCING_ONLY',
    what: 'to enter while only exits are allowed',
    refused: { state: withState('REDUCING') },
    passed: { state: withState('REDUCING', holdingWith()), signal: anExitSignal() },
  },
  {
    reason: 'UNKNOWN_SYMBOL',
    what: 'for a symbol that is not traded',
    refused: { state: openedWith({ risk: { symbols: ['ETH/USDT'] } }) },
    passed: { state: openedWith({ risk: { symbols: ['ETH/USDT', 'BTC/USDT'] } }) },
  },
  {
    reason: 'UNKNOWN_SYMBOL',
    what: 'for another currency than that of the first order',
    refused: { state: traded({}, '100'), signal: anEntry({ symbol: 'ETH/BTC' }) },
    passed: { signal: anEntry({ symbol: 'ETH/BTC' }) },
  },
  {
    reason: 'INSTRUMENT_CLOSED',
    what: 'while the venue has halted the instrument',
    refused: { state: withInstrument('halted') },
    passed: {
      state: withInstrument('halted', {}, holdingWith()),
      signal: anExitSignal(),
    },
  },
  {
    reason: 'UNRECONCILED',
    what: 'while the venue and the journal disagree',
    refused: { state: withDispute('position') },
    passed: { state: withDispute('position', holdingWith()), signal: anExitSignal() },
  },
  {
    reason: 'UNRECONCILED',
    what: 'while they disagree about a position, not about an order',
    refused: { state: withDispute('position') },
    passed: { state: withDispute('order') },
  },
  {
    reason: 'SHORT_NOT_ALLOWED',
    what: 'to go short',
    refused: { signal: aShort() },
    passed: { state: openedWith({ shorting: true }), signal: aShort() },
  },
]);

/** A signal of the strategy was decided that is newer than those of now. */
function decidedLater(strategy: string, state = holdingWith()): PortfolioState {
  state.newest.set(lineageKey({ strategy, ...bitcoin }), nowMs + 1);
  return state;
}

function withState(to: 'REDUCING' | 'HALTED', state = openedWith()): PortfolioState {
  return after(state, stateChanged(to));
}

function withDispute(kind: 'position' | 'order', state = openedWith()): PortfolioState {
  const differences = [{ orderId: '', found: 'more than is known', kind, ...bitcoin }];
  return after(
    state,
    draftOf(aJournalEvent('reconciliation_reported', { checked: 1, differences })),
  );
}
