import { Argument } from 'commander';
import type { Definition } from './definition.ts';

/** The commands that help to set up what is one's own. */
export const setupCommands: readonly Definition[] = [
  {
    name: 'new-strategy',
    summary: 'write a strategy with its test into a folder of its own',
    argument: new Argument('<folder>', 'which; its name is the name of the strategy'),
    options: [],
    examples: ['new-strategy my-idea', 'new-strategy ~/strategies/my-idea'],
    load: async () => (await import('../commands/new-strategy.ts')).newStrategy,
  },
  {
    name: 'config',
    summary: 'what a command runs with, and where each of it comes from; secrets stay hidden',
    argument: new Argument('[command]', 'which, with its flags (default: start)'),
    options: [],
    takesAnything: true,
    examples: ['config', 'config backtest --cash 20000', 'config run --json'],
    load: async () => (await import('../commands/config.ts')).config,
  },
];
