import { Command, Option } from 'commander';
import { benchCommand } from './grammar/bench-command.ts';
import { candleCommands } from './grammar/candle-commands.ts';
import { controlCommands } from './grammar/control-commands.ts';
import type { Definition } from './grammar/definition.ts';
import { historyCommands } from './grammar/history-commands.ts';
import { listCommands } from './grammar/list-commands.ts';
import { logCommands } from './grammar/log-commands.ts';
import { pipelineCommands } from './grammar/pipeline-commands.ts';
import { setupCommands } from './grammar/setup-commands.ts';
import { strategyCommands } from './grammar/strategy-commands.ts';
import { configure } from './config/configure.ts';
import type { Invocation } from './invocation.ts';
import { createTerminal } from './output/terminal.ts';
import { programVersion } from './program-version.ts';

/** In the order of the help. */
const definitions: readonly Definition[] = [
  ...pipelineCommands,
  ...strategyCommands,
  ...candleCommands,
  ...historyCommands,
  ...listCommands,
  ...setupCommands,
  ...logCommands,
  ...controlCommands,
  benchCommand,
];

/** The command line. Only its grammar is loaded here: each command's code comes when it is asked for. */
export function createProgram(): Command {
  const program = new Command('heliograph')
    .description('Candles become signals, signals become paper trades, exactly once.')
    .version(programVersion(), '-V, --version')
    .option('--json', 'data as JSON on standard output')
    .addOption(
      new Option(
        '--config <file>',
        'options, as JSON or TypeScript (default: heliograph.config.ts, .js or .json of this folder)',
      ).env('HELIOGRAPH_CONFIG'),
    )
    .option('--quiet', 'no progress and no notes on standard error')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeErr: () => {} })
    .addHelpText('after', examples(['start', 'backtest --candles BTC_USDT-1m.csv.gz', 'trades']));

  for (const definition of definitions) define(program, definition);
  return program;
}

function define(program: Command, definition: Definition): void {
  const { name, under, summary, argument, options, ...rest } = definition;
  const parent = under ? program.command(under.name).description(under.summary) : program;
  const command = parent.command(name).description(summary);
  if (argument) command.addArgument(argument);
  for (const option of options) command.addOption(option);
  if (rest.takesAnything) command.allowUnknownOption().allowExcessArguments();
  command.addHelpText('after', examples(rest.examples));
  command.action(async () => {
    const invocation = await invocationOf(command);
    const handle =
      invocation.values['watch'] === true
        ? (await import('./watch/watch-strategy.ts')).watchStrategy
        : await rest.load();
    process.exitCode = await handle(invocation);
  });
}

async function invocationOf(command: Command): Promise<Invocation> {
  const { config } = command.optsWithGlobals<{ config?: string }>();
  const configFile = await configure(command, config);
  const {
    json = false,
    quiet = false,
    ...values
  } = command.optsWithGlobals<{
    json?: boolean;
    quiet?: boolean;
  }>();
  return {
    words: command.args,
    values,
    sourceOf: (name) => command.getOptionValueSourceWithGlobals(name),
    configFile,
    json,
    terminal: createTerminal({ stdout: process.stdout, stderr: process.stderr, quiet }),
  };
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  heliograph ${line}\n`).join('')}`;
}
