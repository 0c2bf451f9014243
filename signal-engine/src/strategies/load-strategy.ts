import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { didYouMean, UserError } from '@heliograph/contracts';
import { z } from 'zod';
import { builtInStrategies } from './built-in-strategies.ts';
import type { ConfiguredStrategy, StrategyDefinition } from './define-strategy.ts';
import { placeInCode } from './place-in-code.ts';
import { placeOfImport } from './place-of-import.ts';
import { readParams } from './strategy-params.ts';

/**
 * A strategy by its name, or by the path of a .ts or .js file that exports one as `strategy` or by default, with
 * parameters as `name=value` texts. The version of a strategy from a file carries the hash of the file, so that an
 * edited strategy is another one.
 * @throws UserError with exit code 2 for an unknown name, file or parameter, 1 for a file that cannot be used
 */
export async function loadStrategy(
  nameOrPath: string,
  params: readonly string[] = [],
): Promise<ConfiguredStrategy> {
  if (/[/\\]|\.[cm]?[jt]s$/.test(nameOrPath)) {
    const { strategy, fingerprint } = await importStrategy(nameOrPath);
    const configured = configure(strategy, params);
    return { ...configured, file: nameOrPath, version: `${configured.version}+${fingerprint}` };
  }
  const strategy = builtInStrategies.find(({ name }) => name === nameOrPath);
  if (strategy) return configure(strategy, params);
  const names = builtInStrategies.map(({ name }) => name);
  throw new UserError(
    `there is no strategy ${nameOrPath}${didYouMean(nameOrPath, names)}; there is ${names.join(', ')}, or give the path of a file`,
    { exitCode: 2 },
  );
}

function configure(strategy: StrategyDefinition, params: readonly string[]): ConfiguredStrategy {
  return strategy.configure(readParams(params, strategy.params));
}

async function importStrategy(
  path: string,
): Promise<{ strategy: StrategyDefinition; fingerprint: string }> {
  const source = await readFile(path).catch((error: unknown) => {
    throw new UserError(`${path}: there is no strategy file that can be read`, {
      exitCode: 2,
      cause: error,
    });
  });
  const fingerprint = createHash('sha256').update(source).digest('hex').slice(0, 12);
  const exported: unknown = await import(pathToFileURL(resolve(path)).href).catch(
    async (error: unknown) => {
      const [reason = ''] = String(error).split('\n');
      const remedy = reason.includes("package 'heliograph'")
        ? ': write it into a folder that heliograph new-strategy has made, or into that of Heliograph'
        : '';
      throw new UserError(
        `${placeInCode(error) ?? (await placeOfImport(reason)) ?? path}: this strategy file cannot be loaded: ${reason}${remedy}`,
        {
          exitCode: 1,
          cause: error,
        },
      );
    },
  );
  for (const name of ['strategy', 'default']) {
    const strategy = exportOf(exported, name);
    if (isStrategy(strategy)) return { strategy, fingerprint };
  }
  throw new UserError(
    `${path}: found no strategy, expected an export named strategy (or the default one) that defineStrategy has made`,
    { exitCode: 1 },
  );
}

function exportOf(module: unknown, name: string): unknown {
  return typeof module === 'object' && module !== null
    ? Object.entries(module).find(([key]) => key === name)?.[1]
    : undefined;
}

const Definition = z.object({
  name: z.string(),
  version: z.string(),
  params: z.custom((value) => value instanceof Object && 'safeParse' in value),
  configure: z.custom((value) => typeof value === 'function'),
});

/** Not by its class: it may have been made by another copy of this program. */
function isStrategy(value: unknown): value is StrategyDefinition {
  return Definition.safeParse(value).success;
}
