import { PermanentError } from '@heliograph/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { settingsWith } from '../../testing/portfolios.ts';
import { journalOf, randomHistory } from '../../testing/random-history.ts';
import { open } from '../decide.ts';
import type { Draft } from './draft.ts';
import { evolve } from './evolve.ts';
import { emptyPortfolio } from './portfolio.ts';

/** How a journal can come to harm: a place in it, another one, and what happens there. */
const harms = fc.array(
  fc.record({ at: fc.nat(), to: fc.nat(), what: fc.constantFrom('lost', 'twice', 'moved') }),
  { minLength: 1, maxLength: 5 },
);

function verdictOn(journal: readonly Draft[]): string {
  try {
    journal.reduce(evolve, emptyPortfolio('p'));
    return 'folded';
  } catch (error) {
    return error instanceof PermanentError ? error.code : String(error);
  }
}

test('whatever of a journal is lost, there twice or elsewhere, it is folded or refused as broken', () => {
  let refused = 0;
  fc.assert(
    fc.property(randomHistory, harms, (history, harm) => {
      let journal = journalOf(history, 't');
      for (const { at, to, what } of harm) {
        const place = at % journal.length;
        const event = journal[place];
        if (!event || journal.length < 2) continue;
        if (what !== 'twice') journal = journal.toSpliced(place, 1);
        if (what !== 'lost') journal = journal.toSpliced(to % journal.length, 0, event);
      }
      const verdict = verdictOn(journal);
      if (verdict !== 'folded') refused++;
      expect(['folded', 'JOURNAL_BROKEN']).toContain(verdict);
    }),
    { numRuns: 200 },
  );
  expect(refused).toBeGreaterThan(20);
});

test('a portfolio that is opened a second time would have its first money again', () => {
  const opening = { mode: 'paper', settings: settingsWith() } as const;
  const opened = open('p', opening, { tape: 't', currency: 'USDT', timeMs: 0 });
  const state = evolve(emptyPortfolio('p'), opened);
  expect(() => evolve(state, opened)).toThrow('p contradicts itself: it is opened a second time');
});
