import { toMs } from '@heliograph/contracts';
import { count } from '../messages/numbers.ts';
import { settingsLines } from '../messages/settings.ts';
import { bold, code, line } from '../messages/text.ts';
import { duration } from '../messages/times.ts';
import type { TellingCommand } from './command.ts';
import { openText, standings } from './portfolios.ts';
import { countFrom } from './words.ts';

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
          line`${bold(one.portfolio)}: ${openText(one)}, ${count(one.openOrders)} open orders`,
      ),
      canRefresh: true,
    };
  },
};

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
            line`${bold(portfolio)}: last event ${duration(Math.max(0, nowMs - toMs(lastEventTime)))} ago, ${count(incidents.length)} incidents today`,
        ),
      ],
      canRefresh: true,
    };
  },
};

export const logs: TellingCommand = {
  name: 'logs',
  kind: 'tells',
  description: 'The last lines of the log',
  usage: '[count]',
  async run({ control }, [word]) {
    const lines = control.logs(countFrom(word, 10, 100));
    return {
      emoji: '🪵',
      title: 'Log',
      lines:
        lines.length === 0 ? [line`Nothing to tell`] : lines.map((text) => line`${code(text)}`),
    };
  },
};

export const version: TellingCommand = {
  name: 'version',
  kind: 'tells',
  description: 'Which version runs',
  run: async ({ control }) => ({
    emoji: '🏷',
    title: `Heliograph ${control.version}`,
    lines: [],
  }),
};

export const showConfig: TellingCommand = {
  name: 'show_config',
  kind: 'tells',
  description: 'The settings in force',
  usage: '[@portfolio]',
  async run(context) {
    const portfolios = await standings(context);
    return {
      emoji: '⚙️',
      title: 'Settings',
      lines: portfolios.flatMap(({ portfolio, mode, settings, currency }) => [
        line`${bold(portfolio)} (${mode})`,
        ...settingsLines(settings, currency).filter((one) => one !== undefined),
      ]),
    };
  },
};
