import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Name, UserError } from '@heliograph/contracts';
import { exitCodes, type ExitCode } from '../exit.ts';
import type { Invocation } from '../invocation.ts';
import { strategyFiles } from '../new-strategy/template.ts';

const program = fileURLToPath(new URL('../..', import.meta.url));
const nodeTypes = dirname(
  dirname(createRequire(import.meta.url).resolve('@types/node/package.json')),
);

/** Writes a strategy with its test into a folder of its own, in which commands, tests and editors find the program. */
export async function newStrategy({ words, terminal, json }: Invocation): Promise<ExitCode> {
  const [folder = ''] = words;
  const name = basename(folder);
  if (!Name.safeParse(name).success)
    throw new UserError(
      `found the name ${JSON.stringify(name)}, expected 1 to 64 letters, digits, dashes or underscores`,
      { exitCode: exitCodes.usage },
    );
  if (resolve(folder).split(sep).includes('node_modules'))
    throw new UserError(
      `${folder}: Node.js runs no TypeScript below node_modules; take another folder`,
      {
        exitCode: exitCodes.usage,
      },
    );
  await refuseWhatIsThere(folder);
  const files = strategyFiles(name, { nodeTypes });
  try {
    await mkdir(join(folder, 'node_modules', '.bin'), { recursive: true });
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
    for (const [link, target] of links) await symlink(target, join(folder, 'node_modules', link));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`${folder}: the strategy cannot be written: ${reason}`, {
      cause,
      exitCode: 1,
    });
  }
  if (json) terminal.data(JSON.stringify({ folder, files: Object.keys(files) }));
  else terminal.data(nextSteps(folder, name));
  return exitCodes.ok;
}

/** As `npm link` would: the program by its name, its command, and the Node that it needs. */
const links: readonly (readonly [link: string, target: string])[] = [
  ['heliograph', program],
  [join('.bin', 'heliograph'), join(program, 'bin', 'heliograph.js')],
  [join('.bin', 'node'), process.execPath],
];

async function refuseWhatIsThere(folder: string): Promise<void> {
  const there = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new UserError(`${folder}: expected the name of a folder that is not there yet`, {
      cause: error,
      exitCode: exitCodes.usage,
    });
  });
  if (there.length > 0)
    throw new UserError(`${folder}: there are files already; take another name`, {
      exitCode: exitCodes.usage,
    });
}

function nextSteps(folder: string, name: string): string {
  return [
    `${join(folder, `${name}.ts`)} is your strategy, ${name}.test.ts beside it its test. Next:`,
    '',
    `  cd ${relative('.', folder) || '.'}`,
    '  npm test                              # its tests',
    '  npx heliograph backtest               # on the candles that heliograph.config.ts names',
    '  npx heliograph backtest --watch       # again whenever you save',
    '  npx heliograph start                  # live, on paper',
  ].join('\n');
}
