import type { ListedPortfolio } from '@heliograph/execution';
import { expect, test } from 'vitest';
import { selectPortfolios } from './select-portfolios.ts';

const live: ListedPortfolio = { name: 'paper', tape: 'live', status: 'open' };
const replay: ListedPortfolio = { name: 'paper-x-1', tape: 'x-1', status: 'open' };
const ended: ListedPortfolio = { name: 'paper-x-0', tape: 'x-0', status: 'marked' };
const careful: ListedPortfolio = { name: 'careful-x-1', tape: 'x-1', status: 'open' };
const listed = [live, replay, ended, careful];

test('a base portfolio stands for those of its replays, as long as they are open', () => {
  expect(selectPortfolios(listed, 'paper')).toEqual({
    names: ['paper'],
    open: [live, replay],
    others: ['careful'],
  });
});

test('the portfolio of a replay stands for itself', () => {
  expect(selectPortfolios(listed, 'paper-x-1')).toEqual({
    names: ['paper-x-1'],
    open: [replay],
    others: ['careful'],
  });
});

test('all are all base portfolios that are open', () => {
  expect(selectPortfolios(listed, 'all')).toEqual({
    names: ['paper', 'careful'],
    open: [live, replay, careful],
    others: [],
  });
});

test('where none is open, all is the one that everybody has', () => {
  expect(selectPortfolios([ended], 'all')).toEqual({ names: ['paper'], open: [], others: [] });
});

test('a name that nobody trades under stands for itself', () => {
  expect(selectPortfolios(listed, 'other')).toEqual({
    names: ['other'],
    open: [],
    others: ['paper', 'careful'],
  });
});
