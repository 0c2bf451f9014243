import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** What SQLite puts beside a file while it is written. */
export const companions = ['-wal', '-shm', '-journal'] as const;

/**
 * Where what is to have a path one day is made: beside it, under a name of this host and process. What processes of this host
 * that are no more have left there for the same path is removed; what belongs to one that lives, or to another host that
 * shares the folder, is not.
 */
export function beginDraft(path: string): string {
  const folder = dirname(path);
  const prefix = `${basename(path)}.part-${hostname()}-`;
  const remains = new RegExp(String.raw`^(\d+)(${companions.join('|')})?$`);
  for (const name of namesIn(folder)) {
    const [, pid] = (name.startsWith(prefix) && remains.exec(name.slice(prefix.length))) || [];
    // One of this process' own number is that of an earlier process.
    if (pid !== undefined && (Number(pid) === process.pid || isGone(Number(pid))))
      removeIfAllowed(join(folder, name));
  }
  return join(folder, `${prefix}${process.pid}`);
}

/**
 * Puts a draft that is whole under its name, so that a power cut leaves all of it there, or nothing. Without `force` it replaces
 * nothing, not even what has come in the meantime.
 * @returns false where something is there already
 */
export function putDraft(draft: string, to: string, { force }: { force: boolean }): boolean {
  sync(draft);
  if (force) renameSync(draft, to);
  else
    try {
      // Unlike a rename, it refuses to replace a file that has come in the meantime.
      linkSync(draft, to);
    } catch (error) {
      if (existsSync(to)) return false;
      // A file system without links.
      if (!isSystemError(error)) throw error;
      renameSync(draft, to);
    }
  syncFolder(dirname(to));
  return true;
}

/** What cannot be synced is not whole. */
function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A folder cannot be synced everywhere; there the file system sees to it. */
function syncFolder(path: string): void {
  try {
    sync(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** A folder that cannot be read is told of when something is to be written there. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return isSystemError(error) && error.code === 'ESRCH';
  }
}

/** What somebody else has left in a folder of all, such as that for temporary files, stays when it may not be removed. */
function removeIfAllowed(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
