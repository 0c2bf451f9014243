import { someSettings } from '@heliograph/contracts/testing';
import { expect, test } from 'vitest';
import { decisionsVersion } from '../decision/version.ts';
import { aPortfolio } from '../testing/a-portfolio.ts';
import { agreeOn } from './agreement.ts';

const settings = someSettings();
const terms = { mode: 'paper', settings, author: 'execution/one' } as const;

test('nothing is said where journal and worker agree', () => {
  expect(agreeOn(aPortfolio().state, terms, 0)).toEqual([]);
});

test('a worker with other settings is told which the portfolio has', () => {
  const other = { ...terms, settings: someSettings({ feeBps: '11' }) };
  expect(() => agreeOn(aPortfolio().state, other, 0)).toThrow(
    'portfolio paper was opened with other settings (feeBps is "10" there, "11" here): start with those',
  );
  const live = { ...terms, mode: 'live' } as const;
  expect(() => agreeOn(aPortfolio().state, live, 0)).toThrow(
    'other settings (mode is "paper" there, "live" here):',
  );
});

test('settings are changed in the journal where that is asked for, but never the cash', () => {
  const portfolio = aPortfolio();
  const changed = someSettings({ risk: { maxPositions: 2 } });
  portfolio.journal(agreeOn(portfolio.state, { ...terms, settings: changed, mayChange: true }, 0));
  expect(portfolio.state.opened?.settings.risk.maxPositions).toBe(2);
  expect(() => agreeOn(portfolio.state, terms, 0), 'the worker of before stops').toThrow(
    /settings/,
  );
  const richer = { ...terms, settings: someSettings({ cash: '20000' }), mayChange: true };
  expect(() => agreeOn(aPortfolio().state, richer, 0)).toThrow(/settings/);
  const dearer = { ...terms, settings: someSettings({ feeBps: '20' }), mayChange: true };
  expect(() => agreeOn(aPortfolio().state, dearer, 0), 'nor what a paper account costs').toThrow(
    /settings/,
  );
  const live = aPortfolio({ mode: 'live' }).state;
  expect(agreeOn(live, { ...dearer, mode: 'live' }, 0)).toHaveLength(1);
});

test('a newer worker brings the rules up to date, and an older one stops', () => {
  const portfolio = aPortfolio();
  portfolio.state.decisionsVersion = decisionsVersion - 1;
  portfolio.journal(agreeOn(portfolio.state, terms, 0));
  expect(portfolio.state.decisionsVersion).toBe(decisionsVersion);
  portfolio.state.decisionsVersion = decisionsVersion + 1;
  expect(() => agreeOn(portfolio.state, terms, 0)).toThrow(/newer version .* update this worker/);
});
