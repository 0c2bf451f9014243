import { toMs } from '@heliograph/contracts';
import { money, things } from '../messages/numbers.ts';
import { bold, code, line, type Line } from '../messages/text.ts';
import { duration, moment } from '../messages/times.ts';
import type { TellingCommand } from './command.ts';
import { openText, standings, type Standing } from './portfolios.ts';

const emojis = { ACTIVE: '🟢', REDUCING: '🟡', HALTED: '🛑' } as const;

export const status: TellingCommand = {
  name: 'status',
  kind: 'tells',
  description: 'Whether it trades, what it is worth, what is open',
  usage: '[@portfolio]',
  async run(context) {
    const portfolios = await standings(context);
    return {
      emoji: '📋',
      title: 'Status',
      lines: portfolios.flatMap((one) => linesOf(one, context.nowMs)),
      canRefresh: true,
    };
  },
};

export const counted: TellingCommand = {
  name: 'count',
  kind: 'tells',
  description: 'How many positions and orders are open',
  usage: '[@portfolio]',
  async run(context) {
    const portfolios = await standings(context);
    return {
      emoji: '🔢',
      title: 'Count',
      lines: portfolios.map(
        (one) =>
          line`${bold(one.portfolio)}: ${openText(one)}, ${things(one.openOrders, 'open order')}`,
      ),
      canRefresh: true,
    };
  },
};

function linesOf(one: Standing, nowMs: number): Line[] {
  const { tradingState, stateReason, stateAuthor, stateTime, currency } = one;
  const [incident] = one.incidents;
  return [
    line`${emojis[tradingState]} ${bold(one.portfolio)} (${one.mode}) ${tradingState}`,
    ...(stateTime === null
      ? []
      : [line`Since ${moment(stateTime)} by ${stateAuthor ?? ''}: ${stateReason ?? ''}`]),
    line`Equity ${code(money(one.equity, currency))}, cash ${code(money(one.cash, currency))}`,
    line`${openText(one)}, ${things(one.openOrders, 'open order')}`,
    ...(incident
      ? [
          line`⚠ ${things(one.incidents.length, 'incident')} today, the last: ${incident.kind}: ${incident.detail}`,
        ]
      : []),
    line`Last event ${duration(Math.max(0, nowMs - toMs(one.lastEventTime)))} ago`,
  ];
}
