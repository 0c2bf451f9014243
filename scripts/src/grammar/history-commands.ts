import { Argument, Option } from 'commander';
import type { Definition } from './definition.ts';
import { dbFlag, repeatable, reportFlag, timeFlags } from './flags.ts';

const streamsFlag = new Option(
  '--nats <url>',
  'instead of the log, what the streams of that NATS server hold',
);

/** The commands that go once more through what was logged. */
export const historyCommands: readonly Definition[] = [
  {
    name: 'replay',
    summary: 'play a logged run again, unchanged or with other settings',
    options: [
      dbFlag,
      streamsFlag,
      new Option('--run <id>', 'the portfolio or the run to replay (default: the latest)'),
      ...timeFlags,
      new Option('--from-sequence <number>', 'the same by place in the stream MARKET'),
      new Option('--to-sequence <number>', 'and up to that place, included'),
      new Option('--speed <factor>', 'how much faster than real time, to watch (default: max)'),
      repeatable(new Option('--set <name=value>', 'change a setting; repeatable')),
      new Option('--compare', 'also with the settings as they were: what differs, and why'),
      reportFlag,
    ],
    examples: [
      'replay',
      'replay --set risk.maxPositions=3 --set feeBps=2 --json',
      'replay --set stake=500 --compare',
      'replay --nats nats://127.0.0.1:4222 --speed 600',
    ],
    load: async () => (await import('../commands/replay.ts')).replay,
  },
  {
    name: 'verify',
    summary:
      'decide a logged run again and compare every decision; exit 3 with the first difference',
    options: [
      dbFlag,
      streamsFlag,
      new Option('--run <id>', 'the portfolio or the run to verify, or all (default: the latest)'),
    ],
    examples: ['verify', 'verify --run all --json'],
    load: async () => (await import('../commands/verify.ts')).verify,
  },
  {
    name: 'compare',
    summary: 'two portfolios of a log, trade by trade, such as a live one and its shadow',
    options: [
      dbFlag,
      streamsFlag,
      new Option('--run <id>', 'the first portfolio or run (default: the latest)'),
      new Option('--with <id>', 'the second one'),
    ],
    examples: ['compare --run live --with shadow', 'compare --run paper --with careful --json'],
    load: async () => (await import('../commands/compare.ts')).compare,
  },
  {
    name: 'trace',
    summary: "a signal's story, from its candle to the closed trade, with the times between",
    argument: new Argument('<id>', 'of the signal, of one of its orders or of a trade'),
    options: [dbFlag, streamsFlag],
    examples: ['trace m3qe', 'trace h2k7vq… --json'],
    load: async () => (await import('../commands/trace.ts')).trace,
  },
  {
    name: 'migrate',
    summary: 'bring a log that an older version has written up to date',
    options: [dbFlag],
    examples: ['migrate --db old.sqlite'],
    load: async () => (await import('../commands/migrate.ts')).migrate,
  },
];
