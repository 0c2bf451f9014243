import { toMs, UserError } from '@heliograph/contracts';
import { amount, percent, result } from '../messages/numbers.ts';
import { bold, code, line, type Line } from '../messages/text.ts';
import { duration, moment } from '../messages/times.ts';
import type { TellingCommand } from './command.ts';
import { standings } from './portfolios.ts';
import { countFrom } from './words.ts';

export const trades: TellingCommand = {
  name: 'trades',
  kind: 'tells',
  description: 'The last closed trades',
  usage: '[count] [@portfolio]',
  async run(context, [word]) {
    const limit = countFrom(word, 10, 100);
    const lines: Line[] = [];
    for (const { portfolio, currency } of await standings(context)) {
      const { trades: found } = await context.ask('trades', { portfolio, limit });
      if (found.length > 0) lines.push(line`${bold(portfolio)}`);
      for (const trade of found) {
        const { pnl, returnRatio, entryTime, exitTime } = trade;
        const emoji = Number(pnl) > 0 ? '💰' : Number(pnl) < 0 ? '🔻' : '⚪';
        lines.push(
          line`${emoji} ${trade.symbol} ${trade.side}: ${code(result(pnl, currency))} (${percent(returnRatio)}), ${trade.exitReason.replaceAll('_', ' ')}`,
          line`${moment(exitTime)}, held ${duration(toMs(exitTime) - toMs(entryTime))}, ${amount(trade.entryPrice)} → ${amount(trade.exitPrice)}`,
        );
      }
    }
    if (lines.length === 0) throw new UserError('no trade is closed yet');
    return { emoji: '🧮', title: 'Closed trades', lines };
  },
};
