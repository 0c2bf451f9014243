import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import { findNatsServer } from './nats-binary.ts';
import { lockStore } from './store-lock.ts';

export interface NatsServerOptions {
  /** The folder that holds the messages; created if need be. */
  readonly storeDir: string;
  /** A nats-server to run (HELIOGRAPH_NATS_SERVER); no other is looked for then. */
  readonly binary?: string | undefined;
  /** Where to search for nats-server, as in the variable PATH. */
  readonly path?: string | undefined;
  /** Default: the end of the log is kept for error messages only. */
  readonly logFile?: string | undefined;
  /** Syncs each message to disk before it is acknowledged, so that a power cut loses none. Default true. */
  readonly syncAlways?: boolean;
  /** Default: a free one. */
  readonly port?: number;
  /** Default: new random ones. */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** Default 1 MiB. */
  readonly maxPayloadBytes?: number;
}

/** A nats-server that runs as a child, reachable from this machine only. */
export interface NatsServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly pid: number;
  readonly version: string;
  /** Resolves when it has ended, for whatever reason; `reason` is the end of its log. */
  readonly exited: Promise<{ reason: string }>;
  /** Lets it shut down; kills it when that takes longer than 5 s. */
  stop(): Promise<void>;
}

const stopTimeoutMs = 5_000;
/** Long, because a server reads its whole store before it listens. */
const startTimeoutMs = 60_000;
const keptLogLength = 4_000;

/**
 * The server ends when its standard input does. So it does not outlive its owner, not even one that was killed; and it
 * has a session of its own, so that Ctrl-C in a terminal reaches the services but not the server that they still need.
 */
const tied = `exec 3<&0
"$@" </dev/null 3<&- &
server=$!
(while read -r _ <&3; do :; done; kill -TERM "$server") &
watch=$!
wait "$server"
code=$?
kill "$watch"
exit "$code"`;

/**
 * Starts a nats-server with JetStream on a folder.
 * @throws UserError when there is no usable binary, when the folder is in use or not writable, or when it does not start
 */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const storeDir = resolve(options.storeDir);
  const { file, version } = await findNatsServer(options);
  const lock = await lockStore(storeDir);
  const configFile = join(storeDir, 'nats-server.conf');
  const user = options.credentials?.user ?? 'heliograph';
  const password = options.credentials?.password ?? randomBytes(24).toString('base64url');
  try {
    await removePortsFiles(storeDir);
    await rm(configFile, { force: true });
    await writeFile(configFile, config({ ...options, storeDir, user, password }), { mode: 0o600 });
    const child = spawn('/bin/sh', ['-c', tied, 'sh', file, '-c', configFile], {
      detached: true,
      // It has no use for what this process was told, and least of all for its keys.
      env: {},
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    const exited = watch(child);
    const { pid, port } = await listening(storeDir, exited);
    await lock.recordServer(pid);

    const stop = async (): Promise<void> => {
      kill(pid, 'SIGTERM');
      const ended = await Promise.race([exited, sleep(stopTimeoutMs, undefined, { ref: false })]);
      if (ended === undefined) kill(pid, 'SIGKILL');
      await exited;
      await removePortsFiles(storeDir);
      await rm(configFile, { force: true });
      await lock.release();
    };
    return {
      url: `nats://127.0.0.1:${port}`,
      port,
      user,
      password,
      pid,
      version,
      exited,
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function config(options: NatsServerOptions & { user: string; password: string }): string {
  const text = JSON.stringify;
  const { storeDir, logFile, user, password } = options;
  return [
    'server_name: heliograph',
    'host: 127.0.0.1',
    `port: ${options.port ?? -1}`,
    `ports_file_dir: ${text(storeDir)}`,
    `max_payload: ${options.maxPayloadBytes ?? 2 ** 20}`,
    'write_deadline: "5s"',
    'ping_interval: "20s"',
    `authorization { user: ${text(user)}, password: ${text(password)} }`,
    'jetstream {',
    `  store_dir: ${text(storeDir)}`,
    ...((options.syncAlways ?? true) ? ['  sync_interval: always'] : []),
    // Streams reserve what they may grow to; a disk that is smaller today must not keep them from being made.
    '  max_file: 1TB',
    '  max_mem: 64MB',
    '}',
    ...(logFile === undefined
      ? []
      : [`log_file: ${text(resolve(logFile))}`, 'log_size_limit: 10MB']),
    '',
  ].join('\n');
}

function watch(child: ChildProcess): Promise<{ reason: string }> {
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-keptLogLength);
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ reason: error.message }));
    child.once('close', () => resolve({ reason: reasonIn(log) }));
  });
}

/** What it said last, without the time and the process number. */
function reasonIn(log: string): string {
  const lines = log.trim().split('\n');
  const line = lines.findLast((text) => text.includes('[FTL]')) ?? lines.at(-1) ?? '';
  return line.replace(/^\[\d+\] \S+ \S+ \[\w+\] /, '');
}

const PortsFile = z.object({ nats: z.tuple([z.string()]) });

/** Waits for the file in which the server writes down the port that it took. */
async function listening(
  storeDir: string,
  exited: Promise<{ reason: string }>,
): Promise<{ pid: number; port: number }> {
  let ended: { reason: string } | undefined;
  void exited.then((end) => (ended = end));
  for (const deadline = performance.now() + startTimeoutMs; performance.now() < deadline;) {
    if (ended !== undefined) throw new UserError(`nats-server did not start: ${ended.reason}`);
    const found = await readPortsFile(storeDir);
    if (found !== undefined) return found;
    await sleep(5);
  }
  throw new UserError(`nats-server did not start within ${startTimeoutMs / 1_000} s`);
}

const portsFile = /^nats-server_(\d+)\.ports$/;

async function readPortsFile(folder: string): Promise<{ pid: number; port: number } | undefined> {
  try {
    const name = (await readdir(folder)).find((name) => portsFile.test(name));
    if (name === undefined) return undefined;
    const ports = PortsFile.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
    return { pid: Number(portsFile.exec(name)?.[1]), port: Number(new URL(ports.nats[0]).port) };
  } catch {
    // It is being written at this moment.
    return undefined;
  }
}

async function removePortsFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (portsFile.test(name)) await rm(join(folder, name), { force: true });
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}
