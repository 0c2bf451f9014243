import { UserError } from '@heliograph/contracts';
import { bold, code, line, type Line } from '../messages/text.ts';
import { moment } from '../messages/times.ts';
import { verbs } from '../messages/order-messages.ts';
import type { TellingCommand } from './command.ts';
import { portfolioNames } from './portfolios.ts';
import { countFrom, signalIdFrom } from './words.ts';

export const signals: TellingCommand = {
  name: 'signals',
  kind: 'tells',
  description: 'The last signals, and what became of each',
  usage: '[count] [@portfolio]',
  async run(context, [word]) {
    const limit = countFrom(word, 10, 100);
    const lines: Line[] = [];
    for (const portfolio of await portfolioNames(context)) {
      const { signals: found } = await context.ask('signals', { portfolio, limit });
      if (found.length > 0) lines.push(line`${bold(portfolio)}`);
      for (const { id, time, strategy, intent, symbol, status, reason } of found)
        lines.push(
          line`${moment(time)} ${strategy} ${verbs[intent]} ${symbol}: ${status?.replaceAll('_', ' ') ?? 'undecided'}${reason === null ? '' : ` (${reason})`}`,
          line`${code(id)}`,
        );
    }
    if (lines.length === 0) throw new UserError('no signal was decided yet');
    return { emoji: '📡', title: 'Signals', lines };
  },
};

export const signal: TellingCommand = {
  name: 'signal',
  kind: 'tells',
  description: 'The story of one signal',
  usage: 'ID [@portfolio]',
  async run({ ask, portfolio }, [word]) {
    const signalId = signalIdFrom(word);
    const { events, complete } = await ask('story', { signalId, ...(portfolio && { portfolio }) });
    return {
      emoji: '📜',
      title: 'The story of a signal',
      lines: [
        ...events.map(
          ({ time, type, portfolio: where, orderId }) =>
            line`${moment(time)} ${type.replaceAll('_', ' ')}${where === null ? '' : `, ${where}`}${orderId === null ? '' : `, ${orderId}`}`,
        ),
        ...(complete ? [] : [line`It goes on: ${code('heliograph trace')} tells all of it`]),
        line`${code(signalId)}`,
      ],
    };
  },
};
