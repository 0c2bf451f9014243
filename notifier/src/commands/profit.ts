import { UserError } from '@heliograph/contracts';
import { count, money, percent, result, share, things } from '../messages/numbers.ts';
import { bold, code, line, type Line } from '../messages/text.ts';
import { duration } from '../messages/times.ts';
import type { CommandContext, Reply, TellingCommand } from './command.ts';
import { portfolioNames, standings } from './portfolios.ts';
import { countFrom } from './words.ts';

export const profit: TellingCommand = {
  name: 'profit',
  kind: 'tells',
  description: 'What it has all come to',
  usage: '[@portfolio]',
  async run(context) {
    const lines: Line[] = [];
    for (const portfolio of await portfolioNames(context)) {
      const it = await context.ask('performance', { portfolio });
      const { currency } = it;
      lines.push(
        line`${bold(portfolio)} (${it.mode})`,
        line`Net ${code(result(it.netPnl, currency))} (${percent(it.returnRatio)}), realised ${code(result(it.realisedPnl, currency))}`,
        line`${things(it.trades, 'trade')}, ${count(it.wins)} won, ${count(it.losses)} lost${it.winRate === null ? '' : ` (${share(it.winRate)})`}`,
        line`Profit factor ${it.profitFactor === null ? 'not known yet' : count(it.profitFactor)}, fees ${code(money(it.fees, currency))}`,
      );
    }
    return { emoji: '📈', title: 'Profit', lines, canRefresh: true };
  },
};

export const daily = byPeriod('daily', 'day', 7, 31);
export const weekly = byPeriod('weekly', 'week', 8, 52);
export const monthly = byPeriod('monthly', 'month', 6, 60);

function byPeriod(
  name: string,
  period: 'day' | 'week' | 'month',
  usually: number,
  most: number,
): TellingCommand {
  return {
    name,
    kind: 'tells',
    description: `What each ${period} brought`,
    usage: '[count] [@portfolio]',
    async run(context, [word]) {
      const limit = countFrom(word, usually, most);
      const lines: Line[] = [];
      for (const portfolio of await portfolioNames(context)) {
        const { periods, currency } = await context.ask('profit', { portfolio, period, limit });
        if (periods.length > 0) lines.push(line`${bold(portfolio)}`);
        for (const { from, trades, wins, pnl } of periods)
          lines.push(
            line`${from.slice(0, period === 'month' ? 7 : 10)} ${code(result(pnl, currency))}, ${things(trades, 'trade')}, ${count(wins)} won`,
          );
      }
      if (lines.length === 0) throw new UserError('no trade is closed yet');
      return { emoji: '📅', title: `Profit by ${period}, in UTC`, lines };
    },
  };
}

export const performance: TellingCommand = {
  name: 'performance',
  kind: 'tells',
  description: 'What each symbol brought',
  usage: '[@portfolio]',
  run: (context) => broken(context, 'symbol', '🏅', 'Profit by symbol'),
};

export const stats: TellingCommand = {
  name: 'stats',
  kind: 'tells',
  description: 'How trades ended, and how long they were held',
  usage: '[@portfolio]',
  run: (context) => broken(context, 'exitReason', '🔬', 'Trades by their exit'),
};

async function broken(
  context: CommandContext,
  by: 'symbol' | 'exitReason',
  emoji: string,
  title: string,
): Promise<Reply> {
  const lines: Line[] = [];
  for (const portfolio of await portfolioNames(context)) {
    const { rows, currency } = await context.ask('breakdown', { portfolio, by });
    if (rows.length > 0) lines.push(line`${bold(portfolio)}`);
    for (const { name, trades, wins, pnl, averageHoldMs } of rows)
      lines.push(
        line`${name.replaceAll('_', ' ')}: ${code(result(pnl, currency))}, ${things(trades, 'trade')}, ${count(wins)} won, held ${duration(averageHoldMs)}`,
      );
  }
  if (lines.length === 0) throw new UserError('no trade is closed yet');
  return { emoji, title, lines };
}

export const balance: TellingCommand = {
  name: 'balance',
  kind: 'tells',
  description: 'Cash and what is held, by portfolio',
  usage: '[@portfolio]',
  async run(context) {
    const from = {
      cash: 'all of it cash',
      valued: 'at the last prices',
      cost: 'what is held at what it cost',
    } as const;
    const portfolios = await standings(context);
    return {
      emoji: '💼',
      title: 'Balance',
      lines: portfolios.flatMap(({ portfolio, mode, currency, equity, cash, equityFrom }) => [
        line`${bold(portfolio)} (${mode})`,
        line`Equity ${code(money(equity, currency))}, ${from[equityFrom]}`,
        line`Cash ${code(money(cash, currency))}`,
      ]),
      canRefresh: true,
    };
  },
};
