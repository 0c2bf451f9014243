import { Argument, Option } from 'commander';
import type { Definition } from './definition.ts';
import { dataDirFlag, natsFlag } from './flags.ts';

/** How a command finds the messages of workers that run: by the address, or by the data folder of a `start`. */
const placeFlags: readonly Option[] = [
  natsFlag('the NATS server (default: that of the `heliograph start` on the data folder)'),
  dataDirFlag(),
];

/** What a command that changes something is told. */
function changeFlags({
  portfolio = 'paper',
  reason = 'why, for the journal',
  wait,
}: {
  portfolio?: string;
  reason?: string;
  /** How long the workers usually need. */
  wait: string;
}): readonly Option[] {
  return [
    new Option('--portfolio <name>', 'which one, with its replays; or all').default(portfolio),
    new Option('--reason <text>', reason),
    new Option('--author <name>', 'who it is (default: user@host)'),
    new Option('--wait <span>', 'how long to wait for the workers').default(wait),
    ...placeFlags,
  ];
}

const allFlag = new Option('--all', 'every one');

/** The commands that speak to workers that run. */
export const controlCommands: readonly Definition[] = [
  {
    name: 'status',
    summary: 'how it stands: trading state, positions, open orders, incidents',
    options: [
      new Option('--portfolio <name>', 'which one, with its replays').default('all'),
      ...placeFlags,
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
      ...placeFlags,
    ],
    examples: ['ask positions', `ask profit --with '{"period": "week"}' --json`],
    load: async () => (await import('../commands/ask.ts')).ask,
  },
  {
    name: 'halt',
    summary: 'trade nothing of the strategies; protective exits go on working',
    options: changeFlags({ wait: '5s' }),
    examples: ['halt --reason "news at eight"', 'halt --portfolio all'],
    load: async () => (await import('../commands/trading-state.ts')).halt,
  },
  {
    name: 'reduce',
    summary: 'trade exits only',
    options: changeFlags({ wait: '5s' }),
    examples: ['reduce --reason "weekend"', 'reduce --portfolio careful --json'],
    load: async () => (await import('../commands/trading-state.ts')).reduce,
  },
  {
    name: 'resume',
    summary: 'trade again, also after a breaker has halted',
    options: changeFlags({
      reason: 'why it may go on, for the journal; has to be given',
      wait: '5s',
    }),
    examples: ['resume --reason "news are out"', 'resume --portfolio all --reason "checked"'],
    load: async () => (await import('../commands/trading-state.ts')).resume,
  },
  {
    name: 'close',
    summary: 'leave positions at the market, whatever their strategy wants',
    argument: new Argument('[symbol...]', 'whose positions'),
    options: [allFlag, ...changeFlags({ wait: '30s' })],
    examples: ['close BTC/USDT', 'close --all --portfolio careful --reason "moving out" --json'],
    load: async () => (await import('../commands/close.ts')).close,
  },
  {
    name: 'cancel',
    summary: 'take back entries that wait for the market; what they have brought stays',
    argument: new Argument('[symbol...]', 'whose entries'),
    options: [allFlag, ...changeFlags({ wait: '30s' })],
    examples: ['cancel BTC/USDT', 'cancel --all --portfolio careful --reason "news" --json'],
    load: async () => (await import('../commands/cancel.ts')).cancel,
  },
  {
    name: 'write-off',
    summary: 'take out of the books what an exchange does not have of a position any more',
    argument: new Argument('<symbol>', 'whose position'),
    options: [
      new Option('--price <price>', 'what it is to count as sold for (default: the last price)'),
      ...changeFlags({ reason: 'where it went, for the journal; has to be given', wait: '30s' }),
    ],
    examples: [
      'write-off BTC/USDT --portfolio money --reason "sold by hand"',
      'write-off LUNA/USDT --portfolio money --price 0.00001 --reason "delisted" --json',
    ],
    load: async () => (await import('../commands/write-off.ts')).writeOff,
  },
  {
    name: 'panic',
    summary: 'halt, take back open orders, and leave every position',
    options: [new Option('--yes', 'do not ask'), ...changeFlags({ portfolio: 'all', wait: '30s' })],
    examples: ['panic', 'panic --yes --json', 'panic --portfolio careful'],
    load: async () => (await import('../commands/panic.ts')).panic,
  },
];
