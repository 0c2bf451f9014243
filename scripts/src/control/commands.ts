import { Argument, Option } from 'commander';
import type { Definition } from '../definition.ts';
import { controlFlags } from '../flags.ts';

const portfolio = (usual: string): Option =>
  new Option('--portfolio <name>', 'which one, with its replays; or all').default(usual);
const author = new Option('--author <name>', 'who it is (default: user@host)');
const wait = (span: string): Option =>
  new Option('--wait <span>', 'how long to wait for the workers').default(span);

const load = async () => import('../commands/trading-state.ts');

/** The commands that speak to workers that run. */
export const controlCommands: readonly Definition[] = [
  {
    name: 'status',
    summary: 'how it stands: trading state, positions, open orders, incidents',
    options: [
      new Option('--portfolio <name>', 'which one, with its replays').default('all'),
      ...controlFlags,
    ],
    examples: ['status', 'status --portfolio paper --json', 'status --nats nats://127.0.0.1:4222'],
    load: async () => (await import('../commands/status.ts')).status,
  },
  {
    name: 'ask',
    summary:
      'ask the trade log that runs: portfolios, positions, orders, trades, profit, signals …',
    argument: new Argument('<question>', 'docs/trade-log.md lists them'),
    options: [
      new Option('--with <json>', 'what belongs to it, as {"portfolio": "paper", "limit": 5}'),
      ...controlFlags,
    ],
    examples: ['ask positions', `ask profit --with '{"period": "week"}' --json`],
    load: async () => (await import('../commands/ask.ts')).ask,
  },
  {
    name: 'halt',
    summary: 'trade nothing of the strategies; protective exits go on working',
    options: [
      portfolio('paper'),
      new Option('--reason <text>', 'why, for the journal'),
      author,
      wait('5s'),
      ...controlFlags,
    ],
    examples: ['halt --reason "news at eight"', 'halt --portfolio all'],
    load: async () => (await load()).halt,
  },
  {
    name: 'reduce',
    summary: 'trade exits only',
    options: [
      portfolio('paper'),
      new Option('--reason <text>', 'why, for the journal'),
      author,
      wait('5s'),
      ...controlFlags,
    ],
    examples: ['reduce --reason "weekend"', 'reduce --portfolio careful --json'],
    load: async () => (await load()).reduce,
  },
  {
    name: 'resume',
    summary: 'trade again, also after a breaker has halted',
    options: [
      portfolio('paper'),
      new Option('--reason <text>', 'why it may go on, for the journal; has to be given'),
      author,
      wait('5s'),
      ...controlFlags,
    ],
    examples: ['resume --reason "news are out"', 'resume --portfolio all --reason "checked"'],
    load: async () => (await load()).resume,
  },
  {
    name: 'close',
    summary: 'leave positions at the market, whatever their strategy wants',
    argument: new Argument('[symbol...]', 'whose positions'),
    options: [
      new Option('--all', 'every one'),
      portfolio('paper'),
      new Option('--reason <text>', 'why, for the journal'),
      author,
      wait('30s'),
      ...controlFlags,
    ],
    examples: ['close BTC/USDT', 'close --all --portfolio careful --reason "moving out" --json'],
    load: async () => (await import('../commands/close.ts')).close,
  },
  {
    name: 'cancel',
    summary: 'take back entries that wait for the market; what they have brought stays',
    argument: new Argument('[symbol...]', 'whose entries'),
    options: [
      new Option('--all', 'every one'),
      portfolio('paper'),
      new Option('--reason <text>', 'why, for the journal'),
      author,
      wait('30s'),
      ...controlFlags,
    ],
    examples: ['cancel BTC/USDT', 'cancel --all --portfolio careful --reason "news" --json'],
    load: async () => (await import('../commands/cancel.ts')).cancel,
  },
  {
    name: 'panic',
    summary: 'halt, take back open orders, and leave every position',
    options: [
      new Option('--yes', 'do not ask'),
      portfolio('all'),
      new Option('--reason <text>', 'why, for the journal'),
      author,
      wait('30s'),
      ...controlFlags,
    ],
    examples: ['panic', 'panic --yes --json', 'panic --portfolio careful'],
    load: async () => (await import('../commands/panic.ts')).panic,
  },
];
