import { Big, toTime, liveTape, type QueryResult } from '@heliograph/contracts';
import { compose } from '../messages/compose.ts';
import { withPicture, type Message } from '../messages/message.ts';
import { count, money, percent, result, things } from '../messages/numbers.ts';
import { label } from '../messages/portfolio.ts';
import { code, line } from '../messages/text.ts';
import type { DueSummary } from './due.ts';

type Standing = QueryResult<'standing'>['portfolios'][number];
type Period = QueryResult<'profit'>['periods'][number];

/** What there is to say of one portfolio. */
export interface Summarised {
  readonly standing: Standing;
  /** What its trades brought in that time; of a replay, whose time is not that of people, all of them. */
  readonly periods: readonly Period[];
  /** Its equity, drawn: PNG. */
  readonly picture?: Buffer | undefined;
}

/** What a day or a week has brought to a portfolio. The same summary always has the same text. */
export function summaryMessage(
  { kind, date, toMs }: DueSummary,
  { standing, periods, picture }: Summarised,
): Message {
  const { portfolio, mode, tape, currency, equity, cash, tradingState } = standing;
  const { trades, wins, losses, pnl, fees } = sumOf(periods);
  const called = portfolio === mode ? {} : { called: portfolio };
  const start = new Big(standing.settings.cash);
  const grown = start.gt('0')
    ? ` (${percent(new Big(equity).minus(start).div(start).toNumber())} since it was opened)`
    : '';
  const id = `${kind} summary of ${portfolio} on ${date}`;
  const message = compose(
    {
      severity: 'info',
      emoji: '📅',
      title: `${label({ name: portfolio, mode, ...called })} ${titles[kind]}: ${result(pnl, currency)}`,
      lines: [
        tape === liveTape ? undefined : line`Of all of the replay ${tape}`,
        trades === 0
          ? line`No trade was closed`
          : line`${things(trades, 'trade')}, ${count(wins)} won, ${count(losses)} lost, fees ${code(money(fees, currency))}`,
        line`Equity ${code(money(equity, currency))}${grown}, cash ${code(money(cash, currency))}`,
        line`Positions open: ${count(standing.openPositions)}, orders open: ${count(standing.openOrders)}, ${tradingState}`,
        standing.incidents.length === 0
          ? undefined
          : line`⚠️ Incidents in the last day: ${count(standing.incidents.length)}`,
      ],
    },
    { id, time: toTime(toMs), correlationid: id },
  );
  return picture ? withPicture(message, picture) : message;
}

const titles: Readonly<Record<DueSummary['kind'], string>> = {
  daily: 'Daily summary',
  weekly: 'Weekly summary',
};

function sumOf(periods: readonly Period[]) {
  const sum = (of: (period: Period) => string): string =>
    periods.reduce((total, period) => total.plus(of(period)), new Big('0')).toFixed();
  const total = (of: (period: Period) => number): number =>
    periods.reduce((all, period) => all + of(period), 0);
  return {
    trades: total(({ trades }) => trades),
    wins: total(({ wins }) => wins),
    losses: total(({ losses }) => losses),
    pnl: sum(({ pnl }) => pnl),
    fees: sum(({ fees }) => fees),
  };
}
