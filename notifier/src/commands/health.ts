import { toMs } from '@heliograph/contracts';
import { things } from '../messages/numbers.ts';
import { bold, line } from '../messages/text.ts';
import { duration } from '../messages/times.ts';
import type { TellingCommand } from './command.ts';

export const health: TellingCommand = {
  name: 'health',
  kind: 'tells',
  description: 'Whether every part is alive',
  async run({ control, nowMs, ask }) {
    const beats = control.heartbeats();
    const { portfolios } = await ask('standing', {});
    return {
      emoji: beats.some(({ isSilent }) => isSilent) ? '🚑' : '💚',
      title: 'Health',
      lines: [
        ...beats.map(({ service, seenMs, isSilent }) =>
          isSilent
            ? line`🔴 ${service}: silent for ${duration(nowMs - seenMs)}`
            : line`🟢 ${service}`,
        ),
        line`🟢 trade log answers`,
        ...portfolios.map(
          ({ portfolio, lastEventTime, incidents }) =>
            line`${bold(portfolio)}: last event ${duration(Math.max(0, nowMs - toMs(lastEventTime)))} ago, ${things(incidents.length, 'incident')} today`,
        ),
      ],
      canRefresh: true,
    };
  },
};
