import { line } from '../messages/text.ts';
import { chart } from './chart.ts';
import { cancel, close, panic } from './closing.ts';
import type { Command, TellingCommand } from './command.ts';
import { health } from './health.ts';
import { order, orders } from './orders.ts';
import { positions } from './positions.ts';
import { balance, daily, monthly, performance, profit, stats, weekly } from './profit.ts';
import { logs, showConfig, version } from './program.ts';
import { signal, signals } from './signals.ts';
import { counted, status } from './status.ts';
import { trades } from './trades.ts';
import { pause, resume, start, stop, unlock } from './trading.ts';

const help: TellingCommand = {
  name: 'help',
  kind: 'tells',
  description: 'What can be asked and done',
  run: async () => ({
    emoji: '📖',
    title: 'Commands',
    lines: commands.map(
      ({ name, usage, description, kind }) =>
        line`/${name}${usage === undefined ? '' : ` ${usage}`}: ${description}${kind === 'acts' ? ' (asks first)' : ''}`,
    ),
  }),
};

/** Every command there is, in the order of the menu. */
export const commands: readonly Command[] = [
  status,
  positions,
  orders,
  trades,
  order,
  signals,
  signal,
  profit,
  daily,
  weekly,
  monthly,
  balance,
  performance,
  stats,
  chart,
  counted,
  health,
  showConfig,
  logs,
  version,
  help,
  pause,
  resume,
  stop,
  start,
  close,
  cancel,
  panic,
  unlock,
];

const byName: ReadonlyMap<string, Command> = new Map(commands.map((one) => [one.name, one]));

export function commandNamed(name: string): Command | undefined {
  return byName.get(name);
}
