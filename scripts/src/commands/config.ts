import { UserError } from '@heliograph/contracts';
import type { Command } from 'commander';
import { z } from 'zod';
import { createProgram } from '../cli.ts';
import { configurableOptions, variableOf } from '../config/apply-config.ts';
import { configure } from '../config/configure.ts';
import { optionVariable, readEnv } from '../options/env.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { formatTable } from '../output/table.ts';

const ConfigOptions = z.object({ config: z.string().optional() });

interface Setting {
  readonly option: string;
  readonly value: unknown;
  readonly from: string;
}

const hidden = '[hidden]';

/** What a command would run with, and where each of it comes from; secrets stay hidden. */
export async function config(invocation: Invocation): Promise<ExitCode> {
  const { words, terminal, json } = invocation;
  const [name = 'start', ...args] = words;
  const { config: named } = readOptions(invocation, ConfigOptions);
  const command = await parsed(name, args);
  const file = await configure(command, named);
  const settings = [...settingsOf(command, file), ...variables()];
  if (json) terminal.data(JSON.stringify({ command: name, configFile: file ?? null, settings }));
  else
    terminal.data(
      formatTable(
        [
          { title: name, text: ({ option }: Setting) => option },
          { title: 'value', text: ({ value }: Setting) => textOf(value) },
          { title: 'from', text: ({ from }: Setting) => from },
        ],
        settings,
      ),
    );
  return exitCodes.ok;
}

/** The command as it is when called like that, without running it. */
async function parsed(name: string, args: readonly string[]): Promise<Command> {
  const program = createProgram();
  const command = program.commands.find((each) => each.name() === name);
  if (!command)
    throw new UserError(`config: there is no command ${name}; \`heliograph --help\` lists them`, {
      exitCode: exitCodes.usage,
    });
  for (const argument of command.registeredArguments) argument.argOptional();
  command.action(() => {});
  await program.parseAsync([name, ...args], { from: 'user' });
  return command;
}

function settingsOf(command: Command, file: string | undefined): Setting[] {
  return configurableOptions(command)
    .map((option): Setting => {
      const name = option.attributeName();
      const own = option.envVar;
      const origins: Readonly<Record<string, string | undefined>> = {
        cli: 'the command line',
        env: own !== undefined && optionVariable(own) !== undefined ? own : variableOf(name),
        config: file,
        default: 'default',
      };
      const from = origins[command.getOptionValueSource(name) ?? ''] ?? 'not set';
      return { option: name, value: withoutPassword(command.getOptionValue(name)), from };
    })
    .toSorted((a, b) => (a.option < b.option ? -1 : 1));
}

/** The variables that no option stands for, as far as they are set. */
function variables(): Setting[] {
  return Object.keys(readEnv())
    .filter((name) => name !== 'PATH' && optionVariable(name) !== undefined)
    .map((option) => ({
      option,
      value: isSecret(option) ? hidden : withoutPassword(optionVariable(option)),
      from: 'the environment',
    }));
}

/** A file's name is none, and whoever knows the address of a ping can send one. */
function isSecret(variable: string): boolean {
  return /(KEY|SECRET|PASSPHRASE|TOKEN|PING_URL)$/.test(variable);
}

/** `nats://user:password@host` without who and how, and of an address on the web only whose it is: the rest may be a key. */
function withoutPassword(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPassword);
  if (typeof value !== 'string') return value;
  return value
    .replaceAll(/\/\/[^/@\s]+@/g, `//${hidden}@`)
    .replaceAll(/(https?:\/\/[^/\s"']+\/)[^\s"']+/g, `$1${hidden}`);
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
