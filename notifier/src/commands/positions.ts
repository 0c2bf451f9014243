import { UserError } from '@heliograph/contracts';
import { amount, result } from '../messages/numbers.ts';
import { bold, code, line, type Line } from '../messages/text.ts';
import type { TellingCommand } from './command.ts';
import { standings } from './portfolios.ts';
import { symbolFrom } from './words.ts';

export const positions: TellingCommand = {
  name: 'positions',
  kind: 'tells',
  description: 'What is held',
  usage: '[BTC/USDT] [@portfolio]',
  async run(context, [word]) {
    const symbol = symbolFrom(word);
    const lines: Line[] = [];
    for (const { portfolio, currency } of await standings(context)) {
      const { positions: held } = await context.ask('positions', {
        portfolio,
        limit: 200,
        ...(symbol && { symbol }),
      });
      if (held.length > 0) lines.push(line`${bold(portfolio)}`);
      for (const { symbol: what, side, quantity, averageEntryPrice, realisedPnl } of held)
        lines.push(
          line`${what} ${side} ${code(amount(quantity))} at ${code(amount(averageEntryPrice))}, realised ${code(result(realisedPnl, currency))}`,
        );
    }
    if (lines.length === 0) throw new UserError('nothing is held');
    return { emoji: '📦', title: 'Positions', lines, canRefresh: true };
  },
};
