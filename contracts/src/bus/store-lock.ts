import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import { processStart } from './process-start.ts';

/** The right to run a server on a folder, held by this process until released. */
export interface StoreLock {
  /** Writes down which server runs, so that whoever comes after a crash can end it. */
  recordServer(pid: number): Promise<void>;
  release(): Promise<void>;
}

const ProcessId = z.object({ pid: z.int().positive(), start: z.string() });
const Claim = z.object({ owner: ProcessId, server: ProcessId.optional() });
type Claim = z.infer<typeof Claim>;

const claimFile = /^owner-(\d+)\.lock$/;
const leftoverGraceMs = 2_000;
const leftoverKillMs = 5_000;

/**
 * Claims the folder for this process, which it creates if need be. Each process has a claim file of its own and looks
 * at the others' only after writing it, so two never both get through. A claim of a process that is gone is void; a
 * server that it left behind is ended, known by its process number and start time.
 * @throws UserError when another process holds the folder, or when it cannot be written to
 */
export async function lockStore(folder: string): Promise<StoreLock> {
  const owner = { pid: process.pid, start: processStart(process.pid) ?? '' };
  const own = join(folder, `owner-${process.pid}.lock`);
  const write = (claim: Claim): Promise<void> => writeFile(own, JSON.stringify(claim));
  try {
    await makeFolder(folder);
    const earlier = await readClaim(own);
    if (earlier?.owner.start === owner.start) throw inUse(folder, process.pid);
    if (earlier?.server !== undefined) await endLeftover(earlier.server);
    await write({ owner });
    await voidClaimsOfOthers(folder);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw unwritable(folder, error);
  }
  return {
    recordServer: (pid) => write({ owner, server: { pid, start: processStart(pid) ?? '' } }),
    release: () => rm(own, { force: true }),
  };
}

/** Node's own recursive `mkdir` never returns below a folder that takes none, such as /proc. */
async function makeFolder(path: string): Promise<void> {
  const make = (): Promise<void> => mkdir(path, { mode: 0o700 });
  try {
    await make();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await make();
  }
}

async function voidClaimsOfOthers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = Number(claimFile.exec(name)?.[1] ?? process.pid);
    if (pid === process.pid) continue;
    const file = join(folder, name);
    const claim = await readClaim(file);
    if (claim !== undefined && processStart(pid) === claim.owner.start) {
      await rm(join(folder, `owner-${process.pid}.lock`), { force: true });
      throw inUse(folder, pid);
    }
    if (claim?.server !== undefined) await endLeftover(claim.server);
    await rm(file, { force: true });
  }
}

async function readClaim(file: string): Promise<Claim | undefined> {
  try {
    return Claim.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** It ends by itself when its owner is gone; one that does not is told, then killed. */
async function endLeftover(server: { pid: number; start: string }): Promise<void> {
  const runs = (): boolean => processStart(server.pid) === server.start;
  const gone = async (withinMs: number): Promise<boolean> => {
    for (const deadline = performance.now() + withinMs; runs() && performance.now() < deadline;)
      await sleep(20);
    return !runs();
  };
  if (await gone(leftoverGraceMs)) return;
  process.kill(server.pid, 'SIGTERM');
  if (await gone(leftoverKillMs)) return;
  process.kill(server.pid, 'SIGKILL');
  await gone(leftoverKillMs);
}

function inUse(folder: string, pid: number): UserError {
  return new UserError(
    `the message store ${folder} is in use by process ${pid}: stop that one first, or choose another data folder`,
  );
}

function unwritable(folder: string, cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UserError(
    `cannot write to the message store ${folder} (${reason}): make it writable, or choose another data folder`,
    { cause },
  );
}
