import { UserError } from '@heliograph/contracts';
import type { Command, Option } from 'commander';
import { optionVariable } from '../options/env.ts';
import { type ConfigValues, readConfig } from './read-config.ts';

/** Those that say how something is printed, or where the configuration is. */
const notConfigured = new Set(['config', 'json', 'quiet', 'version', 'help']);

/** What an option may be called in a configuration file, if it may stand there. */
export function configurableOptions(program: Command): readonly Option[] {
  const commands = [program, ...program.commands.flatMap((each) => [each, ...each.commands])];
  const byName = new Map(
    commands
      .flatMap(({ options }) => options)
      .filter((option) => !notConfigured.has(option.attributeName()))
      .map((option) => [option.attributeName(), option]),
  );
  return [...byName.values()];
}

/**
 * Gives a command what neither flag nor variable has set: first from variables such as `HELIOGRAPH_FEE_BPS`, then from the
 * file. The file may have options of other commands too, so that one serves them all; an object stands for a list of
 * `name=value`.
 * @throws UserError with exit code 78 that names the place and what is wrong there
 */
export async function applyConfig(command: Command, path: string | undefined): Promise<void> {
  const values = path === undefined ? {} : await readConfig(path);
  const known = configurableOptions(programOf(command)).map((option) => option.attributeName());
  for (const name of Object.keys(values))
    if (!known.includes(name))
      throw new UserError(
        `${path}: unknown option ${name}${isSecret(name) ? ', and secrets come from the environment or from files that it names' : ''}, expected one of ${known.join(', ')}`,
      );
  for (const option of command.options) {
    const name = option.attributeName();
    const source = command.getOptionValueSource(name);
    if (notConfigured.has(name) || (source !== undefined && source !== 'default')) continue;
    const variable = variableOf(name);
    const text = optionVariable(variable);
    const value = values[name];
    if (text !== undefined)
      command.setOptionValueWithSource(name, given(option, text, variable), 'env');
    else if (value !== undefined)
      command.setOptionValueWithSource(name, asGiven(value, option), 'config');
  }
}

/** The variable that stands for an option. */
export function variableOf(name: string): string {
  return `HELIOGRAPH_${name.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`;
}

function programOf(command: Command): Command {
  return command.parent ? programOf(command.parent) : command;
}

function isSecret(name: string): boolean {
  return /key|secret|token|pass/i.test(name);
}

/** A variable's text as it would have come from the command line. */
function given(option: Option, text: string, variable: string): string | boolean | string[] {
  if (isList(option)) return [text];
  if (option.required || option.optional) return text;
  if (['true', '1', 'yes'].includes(text)) return true;
  if (['false', '0', 'no'].includes(text)) return false;
  throw new UserError(`${variable}: expected true or false, found ${JSON.stringify(text)}`);
}

/** A value of the file as it would have come from the command line. */
function asGiven(value: ConfigValues[string], option: Option): string | boolean | string[] {
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'object')
    return Object.entries(value).map(([key, inner]) => `${key}=${inner}`);
  return isList(option) ? [String(value)] : String(value);
}

/** Whether an option may be given again and again. */
export function isList(option: Option): boolean {
  return option.parseArg !== undefined && option.argChoices === undefined;
}
