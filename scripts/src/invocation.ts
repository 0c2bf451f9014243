import { UserError } from '@heliograph/contracts';
import type { z } from 'zod';
import { exitCodes } from './exit.ts';
import type { Terminal } from './output/terminal.ts';

/** A command as it was called. */
export interface Invocation {
  /** The words that are no options. */
  readonly words: readonly string[];
  /** The options by their names as in `lotSize`, still unchecked. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Where a value comes from: `cli`, `env`, `config` or `default`. */
  readonly sourceOf: (option: string) => string | undefined;
  /** Where `config` values come from. */
  readonly configFile?: string | undefined;
  readonly json: boolean;
  readonly terminal: Terminal;
}

/**
 * The options that a schema names, checked.
 * @throws UserError that names the first option that is wrong, with exit code 2 for a flag and 78 for anything else
 */
export function readOptions<S extends z.ZodObject>(
  { values, sourceOf, configFile }: Invocation,
  schema: S,
): z.output<S> {
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const option = String(issue?.path[0]);
  const source = sourceOf(option);
  const origin =
    source === 'env'
      ? ', from the environment'
      : source === 'config'
        ? `, from ${configFile ?? 'the configuration file'}`
        : '';
  const given = values[option];
  const found =
    given === undefined || secrets.has(option) ? '' : ` (found ${shortened(given)}${origin})`;
  throw new UserError(`${flagOf(option)}: ${issue?.message}${found}`, {
    exitCode: source === 'env' || source === 'config' ? exitCodes.configuration : exitCodes.usage,
  });
}

/** Enough to know it again. */
const longestFound = 60;

function shortened(given: unknown): string {
  const text = JSON.stringify(given);
  return text.length > longestFound ? `${text.slice(0, longestFound)}…` : text;
}

/** Options whose text may hold a password. */
const secrets = new Set(['nats']);

/** `lotSize` as it is written: `--lot-size`. */
function flagOf(option: string): string {
  return `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
