import { Option } from 'commander';
import type { Definition } from './definition.ts';
import { dbFlag, symbolFlag } from './flags.ts';

const portfolioFlag = new Option('--portfolio <name>', 'which one, or all (default: the latest)');
const csvFlag = new Option('--csv', 'as CSV, a header first');

const lists = [
  ['signals', 'the signals of a portfolio and what became of them'],
  ['orders', 'its orders and their fills'],
  ['trades', 'its closed trades'],
  ['positions', 'what it holds'],
] as const;

/** The commands that show what a portfolio has done. */
export const listCommands: readonly Definition[] = [
  ...lists.map(([name, summary]): Definition => ({
    name,
    summary,
    options: [
      dbFlag,
      portfolioFlag,
      symbolFlag,
      ...(name === 'positions'
        ? []
        : [
            new Option('--strategy <name>', 'only those of this one'),
            new Option('--from <time>', 'only since then, RFC 3339 or a date'),
            new Option('--to <time>', 'only before then'),
          ]),
      new Option('--limit <count>', 'the latest so many').default('50'),
      csvFlag,
    ],
    examples: [
      name,
      `${name} --symbol BTC/USDT --limit 10 --json`,
      `${name} --portfolio all --csv`,
    ],
    load: async () => (await import('../commands/lists.ts'))[name],
  })),
  {
    name: 'performance',
    summary: 'what a portfolio has won and lost',
    options: [
      dbFlag,
      portfolioFlag,
      new Option('--limit <count>', 'with --portfolio all, the latest so many (default: all)'),
      csvFlag,
    ],
    examples: [
      'performance',
      'performance --portfolio paper --json',
      'performance --portfolio all --limit 10 --csv',
    ],
    load: async () => (await import('../commands/performance.ts')).performance,
  },
];
