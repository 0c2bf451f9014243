import { toTime } from '@heliograph/contracts';
import { expect, test } from 'vitest';
import type { PortfolioStatus } from '../control/portfolio-status.ts';
import { statusText } from './status-text.ts';
import { createTerminal } from './terminal.ts';

const { stdout, stderr } = process;
const terminal = createTerminal({ stdout, stderr, quiet: true });

function linesWith(count: number): string[] {
  const incidents = Array.from({ length: count }, (_, at) => ({
    time: toTime(Date.UTC(2026, 0, 5, 0, at)),
    kind: 'OUTAGE',
    severity: 'warning',
    detail: `number ${at}`,
  }));
  const tradingState = {
    state: 'ACTIVE',
    reason: null,
    author: null,
    since: null,
    wanted: null,
    unreadable: false,
  };
  const status: PortfolioStatus = {
    portfolio: 'paper',
    mode: 'paper',
    tape: 'live',
    status: 'open',
    currency: 'USDT',
    tradingState,
    cash: '1000',
    equity: '1000',
    equityFrom: 'cash',
    equityTime: null,
    positions: [],
    orders: [],
    incidents,
    reconciliation: null,
    lastEvent: null,
  };
  return statusText(status, terminal).split('\n');
}

test('of many incidents the last ten are shown, and that there are more', () => {
  const few = linesWith(10);
  expect(few.find((line) => line.startsWith('Incidents'))).toMatch(/^Incidents +10$/);
  expect(few.filter((line) => line.includes('OUTAGE'))).toHaveLength(10);
  const many = linesWith(57);
  expect(many.find((line) => line.startsWith('Incidents'))).toContain(
    '57, the last 10 of them (all with --json)',
  );
  const shown = many.filter((line) => line.includes('OUTAGE'));
  expect(shown).toHaveLength(10);
  expect(shown.at(-1)).toContain('number 56');
});
