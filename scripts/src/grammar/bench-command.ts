import { Argument, Option } from 'commander';
import { measureNames } from '../bench/measure.ts';
import type { Definition } from './definition.ts';

export const benchCommand: Definition = {
  name: 'bench',
  summary: 'how fast it is on this machine, against a floor measured beside it',
  argument: new Argument('[measure...]', 'which (default: all)').choices(measureNames),
  options: [
    new Option('--quick', 'only to see that it works: the figures mean nothing'),
    new Option('--seconds <seconds>', 'how long a round by time lasts (default: 5)'),
    new Option('--strict', 'exit with 3 when a target is missed'),
  ],
  examples: ['bench', 'bench latency throughput --seconds 10', 'bench --quick --json'],
  load: async () => (await import('../commands/bench.ts')).bench,
};
