import type { PortfolioStatus } from '../control/portfolio-status.ts';
import type { WaitingState } from '../control/trading-state.ts';
import { amount, duration, minute, money } from './format.ts';
import { formatFacts, formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** More than that nobody reads who wants to know how it stands. */
const shownIncidents = 10;

/** A portfolio's status for people. What needs somebody to look at it stands out. */
export function statusText(status: PortfolioStatus, terminal: Terminal): string {
  const { portfolio, mode, tape, positions, orders, incidents } = status;
  const ended = status.status === 'marked' ? ', has ended' : '';
  return [
    `${portfolio} (${mode ?? 'not opened'}, tape ${tape}${ended})`,
    formatFacts([
      ['Trading', stateText(status)],
      ['Equity', equityText(status)],
      ['Positions', positions.length === 0 ? 'none' : String(positions.length)],
    ]),
    ...(positions.length === 0 ? [] : [indented(positionTable(status))]),
    formatFacts([['Open orders', orders.length === 0 ? 'none' : String(orders.length)]]),
    ...(orders.length === 0 ? [] : [indented(orderTable(status, terminal))]),
    formatFacts([
      ...incidentFacts(incidents),
      ['Reconciled', reconciledText(status)],
      ['Last written', lastText(status)],
    ]),
  ].join('\n');
}

function incidentFacts(incidents: PortfolioStatus['incidents']): [string, string][] {
  if (incidents.length === 0) return [['Incidents', 'none in the last day']];
  const shown = incidents.slice(-shownIncidents);
  const isAll = shown.length === incidents.length;
  const last = isAll ? '' : `, the last ${shown.length} of them (all with --json)`;
  return [
    ['Incidents', `${incidents.length}${last}`],
    ...shown.map(({ time, kind, detail }): [string, string] => [
      '',
      `${shortTime(time)} ${kind}: ${detail}`,
    ]),
  ];
}

/** A state that waits for its portfolio. */
export function waitingText({ portfolio, state, time, author, reason }: WaitingState): string {
  return `${portfolio} is to be ${state} since ${shortTime(time)} by ${author}: ${reason}; it is not open yet, and workers follow it from their start on`;
}

function stateText({ tradingState }: PortfolioStatus): string {
  const { state, reason, author, since, wanted, unreadable } = tradingState;
  const why = since === null ? '' : ` since ${shortTime(since)} by ${author}: ${reason}`;
  const next = wanted
    ? `; to be ${wanted.state} (${wanted.author}: ${wanted.reason}), no worker has followed yet`
    : '';
  const fault = unreadable
    ? '; what is kept of it makes no sense: nothing is entered until you halt or resume'
    : '';
  return `${state}${why}${next}${fault}`;
}

function equityText({ equity, equityFrom, equityTime, cash, currency }: PortfolioStatus): string {
  const unit = currency === null ? '' : ` ${currency}`;
  const from = {
    cash: 'all of it cash',
    valued: `valued ${equityTime === null ? '' : shortTime(equityTime)}, cash ${money(cash)}`,
    cost: `positions at what they cost, cash ${money(cash)}`,
  }[equityFrom];
  return `${money(equity)}${unit}, ${from}`;
}

function positionTable({ positions }: PortfolioStatus): string {
  return formatTable(
    [
      { title: 'SYMBOL', text: ({ symbol }) => symbol },
      { title: 'SIDE', text: ({ side }) => side },
      { title: 'QUANTITY', right: true, text: ({ quantity }) => amount(quantity) },
      { title: 'ENTRY', right: true, text: ({ averageEntryPrice }) => amount(averageEntryPrice) },
    ],
    positions,
  );
}

function orderTable({ orders }: PortfolioStatus, terminal: Terminal): string {
  return formatTable(
    [
      { title: 'ORDER', text: ({ orderId }) => orderId },
      { title: 'SYMBOL', text: ({ symbol }) => symbol },
      { title: 'SIDE', text: ({ side }) => side },
      { title: 'ROLE', text: ({ role }) => role.replaceAll('_', ' ') },
      { title: 'TYPE', text: ({ type }) => type.replaceAll('_', ' ') },
      { title: 'PRICE', right: true, text: ({ price }) => (price === null ? '' : amount(price)) },
      { title: 'AGE', right: true, text: ({ ageMs }) => (ageMs === null ? '' : duration(ageMs)) },
      {
        title: 'STATUS',
        text: ({ status }) =>
          status === 'unknown'
            ? terminal.style(['bold', 'red'], 'UNKNOWN: the venue has not answered')
            : status.replace('_', ' '),
      },
    ],
    orders,
  );
}

function reconciledText({ reconciliation }: PortfolioStatus): string {
  if (!reconciliation) return 'never';
  const { time, checked, differences } = reconciliation;
  const found = differences.length === 0 ? 'no difference' : differences.join('; ');
  return `${shortTime(time)}, ${checked} checked, ${found}`;
}

function lastText({ lastEvent }: PortfolioStatus): string {
  return lastEvent ? `${shortTime(lastEvent.time)} by ${lastEvent.source}` : 'nothing yet';
}

function shortTime(time: string): string {
  return `${minute(Date.parse(time))} UTC`;
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
