import { readFile } from 'node:fs/promises';
import { UserError } from '@heliograph/contracts';
import type { Command } from 'commander';
import { z } from 'zod';

const Scalar = z.union([z.string(), z.number(), z.boolean()], {
  error: 'expected a text, a number or a truth value',
});
const ConfigFile = z.record(
  z.string(),
  z.union([Scalar, z.array(Scalar), z.record(z.string(), Scalar)], {
    error: 'expected a text, a number, a truth value, or a list or an object of them',
  }),
);

/**
 * Gives a command the values of a JSON file for the options that neither flag nor environment has set. The file may
 * have options of other commands too, so that one file serves them all; an object stands for a list of `name=value`.
 * @throws UserError with exit code 78 that names the file and what is wrong in it
 */
export async function applyConfigFile(command: Command, path: string): Promise<void> {
  const values = await readConfigFile(path);
  const known = new Set(
    optionsOf(command.parent ?? command).map((option) => option.attributeName()),
  );
  for (const name of Object.keys(values))
    if (!known.has(name))
      throw new UserError(
        `${path}: unknown option ${name}, expected one of ${[...known].join(', ')}`,
      );
  for (const option of [...command.options, ...(command.parent?.options ?? [])]) {
    const name = option.attributeName();
    const value = values[name];
    const owner = command.options.includes(option) ? command : command.parent;
    const source = owner?.getOptionValueSource(name);
    if (value === undefined || (source !== undefined && source !== 'default')) continue;
    owner?.setOptionValueWithSource(name, asGiven(value), 'config');
  }
}

async function readConfigFile(path: string): Promise<z.infer<typeof ConfigFile>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UserError(`${path}: the configuration file cannot be read`, { cause });
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`${path}: the configuration file is not JSON: ${reason}`, { cause });
  }
  const parsed = ConfigFile.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UserError(`${path}: ${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
}

function optionsOf(program: Command) {
  return [program, ...program.commands].flatMap((command) => command.options);
}

/** A value as it would have come from the command line. */
function asGiven(value: z.infer<typeof ConfigFile>[string]): string | boolean | string[] {
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'object')
    return Object.entries(value).map(([key, inner]) => `${key}=${inner}`);
  return String(value);
}
