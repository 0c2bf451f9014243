import { toMs, UserError } from '@heliograph/contracts';
import { things } from '../messages/numbers.ts';
import { bold, line, type Line } from '../messages/text.ts';
import { duration } from '../messages/times.ts';
import type { TellingCommand } from './command.ts';
import type { Standing } from './portfolios.ts';

export const health: TellingCommand = {
  name: 'health',
  kind: 'tells',
  description: 'Whether every part is alive',
  async run({ control, nowMs, ask }) {
    const beats = control.heartbeats();
    const standing = await ask('standing', {}).catch((error: unknown) => {
      if (error instanceof UserError) return error;
      throw error;
    });
    const isWell = !(standing instanceof UserError) && !beats.some(({ isSilent }) => isSilent);
    return {
      emoji: isWell ? '💚' : '🚑',
      title: 'Health',
      lines: [
        ...beats.map(({ service, seenMs, isSilent }) =>
          isSilent
            ? line`🔴 ${service}: silent for ${duration(nowMs - seenMs)}`
            : line`🟢 ${service}`,
        ),
        ...(standing instanceof UserError
          ? [line`🔴 ${standing.message}`]
          : [
              line`🟢 trade log answers`,
              ...standing.portfolios.map((one) => lastLine(one, nowMs)),
            ]),
      ],
      canRefresh: true,
    };
  },
};

function lastLine({ portfolio, lastEventTime, incidents }: Standing, nowMs: number): Line {
  const agoMs = Math.max(0, nowMs - toMs(lastEventTime));
  return line`${bold(portfolio)}: last event ${duration(agoMs)} ago, ${things(incidents.length, 'incident')} today`;
}
