import { settingsLines } from '../messages/settings.ts';
import { bold, code, line } from '../messages/text.ts';
import type { TellingCommand } from './command.ts';
import { standings } from './portfolios.ts';
import { countFrom } from './words.ts';

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
