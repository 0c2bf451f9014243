import { Option } from 'commander';
import type { Definition } from './definition.ts';
import { dbFlag, symbolFlag, timeFlags } from './flags.ts';

const force = new Option('--force', 'replace a file that is there');

/** The commands that look after the trade log's file. */
export const logCommands: readonly Definition[] = [
  {
    name: 'runs',
    summary: 'who wrote the trade log, and which portfolios it has: versions, hashes, sequences',
    options: [dbFlag, new Option('--limit <count>', 'the latest so many of each').default('20')],
    examples: ['runs', 'runs --limit 5 --json'],
    load: async () => (await import('../commands/runs.ts')).runs,
  },
  {
    name: 'backup',
    summary: 'copy the trade log while it is being written, and check the copy',
    options: [dbFlag, new Option('--to <file>', 'where the copy is to be'), force],
    examples: [
      'backup --to copies/today.sqlite',
      'backup --to copies/latest.sqlite --force --json',
    ],
    load: async () => (await import('../commands/backup.ts')).backup,
  },
  {
    name: 'check',
    summary: 'whether the trade log is whole: the file, its sequences, its derived tables',
    options: [dbFlag],
    examples: ['check', 'check --db copies/today.sqlite --json'],
    load: async () => (await import('../commands/check.ts')).check,
  },
  {
    name: 'rebuild',
    summary: 'derive all tables of the trade log again from its events',
    options: [dbFlag],
    examples: ['rebuild', 'rebuild --db trades.sqlite'],
    load: async () => (await import('../commands/rebuild.ts')).rebuild,
  },
  {
    name: 'prune',
    summary: 'take old events out of the trade log, but none that something open needs',
    options: [
      dbFlag,
      new Option('--before <time>', 'what was stored before it: a time, a date, or how long ago'),
      new Option('--dry-run', 'only say what would go'),
      new Option('--with-open-ends', 'also replays that ended while something was open'),
      new Option('--vacuum', 'make the file smaller, too; a running log waits meanwhile'),
    ],
    examples: ['prune --before 90d --dry-run', 'prune --before 2026-01-01 --vacuum --json'],
    load: async () => (await import('../commands/prune.ts')).prune,
  },
  {
    name: 'export',
    summary: 'write rows of the trade log as CSV or JSON lines',
    options: [
      dbFlag,
      new Option(
        '--what <rows>',
        'events, signals, orders, fills, trades, positions, equity, candles or skips',
      ),
      new Option('--format <format>', 'how').choices(['csv', 'jsonl']).default('csv'),
      new Option('--out <file>', 'where to (default: standard output)'),
      new Option('--portfolio <name>', 'only this one (default: all)'),
      symbolFlag,
      ...timeFlags,
      force,
    ],
    examples: [
      'export --what trades > trades.csv',
      'export --what events --format jsonl --portfolio paper --out events.jsonl',
    ],
    load: async () => (await import('../commands/export.ts')).exportLog,
  },
];
