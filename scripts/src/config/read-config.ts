import { access, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '@heliograph/contracts';
import { z } from 'zod';
import { parseJsonText } from '../options/json-text.ts';

const Scalar = z.union([z.string(), z.number(), z.boolean()], {
  error: 'expected a text, a number or a truth value',
});
const ConfigValues = z.record(
  z.string(),
  z.union([Scalar, z.array(Scalar), z.record(z.string(), Scalar)], {
    error: 'expected a text, a number, a truth value, or a list or an object of them',
  }),
  'expected an object with options',
);
/** What a configuration file says, by the names of the options as in `lotSize`. */
export type ConfigValues = z.infer<typeof ConfigValues>;

const usualNames = ['heliograph.config.ts', 'heliograph.config.js', 'heliograph.config.json'];

/**
 * The configuration file of the working folder, if there is one.
 * @throws UserError with exit code 78 when there are several
 */
export async function findConfig(): Promise<string | undefined> {
  const found: string[] = [];
  for (const name of usualNames)
    if (
      await access(name).then(
        () => true,
        () => false,
      )
    )
      found.push(name);
  if (found.length > 1)
    throw new UserError(`${found.join(' and ')}: keep one, or name it with --config`);
  return found[0];
}

/** @throws UserError with exit code 78 that names the file, the place and what is wrong there */
export async function readConfig(path: string): Promise<ConfigValues> {
  const content = /\.[cm]?[jt]s$/.test(path) ? await importConfig(path) : await readJson(path);
  const parsed = ConfigValues.safeParse(content);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UserError(`${path}: ${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UserError(`${path}: the configuration file cannot be read`, { cause });
  });
}

async function readJson(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return parseJsonText(text, path);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new UserError(`${path}: the configuration file is not JSON: ${cause.message}`, { cause });
  }
}

async function importConfig(path: string): Promise<unknown> {
  await readText(path);
  const module: unknown = await import(pathToFileURL(resolve(path)).href).catch(
    async (cause: unknown) => {
      // Only here, for no command should load an engine to find that it has no configuration.
      const { placeInCode, placeOfImport } = await import('@heliograph/signal-engine');
      const [reason = ''] = String(cause).split('\n');
      const place = placeInCode(cause) ?? (await placeOfImport(reason)) ?? path;
      const remedy = reason.includes("package 'heliograph'")
        ? ': in a folder that heliograph new-strategy has made it is there; elsewhere export the object itself'
        : '';
      throw new UserError(`${place}: the configuration file cannot be loaded: ${reason}${remedy}`, {
        cause,
      });
    },
  );
  if (typeof module === 'object' && module !== null && 'default' in module) return module.default;
  throw new UserError(
    `${path}: found no default export, expected \`export default defineConfig({ … })\``,
  );
}
