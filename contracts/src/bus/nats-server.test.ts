import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UserError } from '../errors.ts';
import { eventually } from '../testing/eventually.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { findNatsServer } from './nats-binary.ts';
import { startNatsServer } from './nats-server.ts';
import { isSupported } from './nats-version.ts';
import { processStart } from './process-start.ts';

const path = process.env['PATH'];
const isLinux = process.platform === 'linux';

describe.concurrent('embedded NATS server', () => {
  test('runs on a folder, keeps its credentials to itself, and leaves only messages behind', async () => {
    await using folder = await temporaryFolder();
    const storeDir = join(folder.path, 'a "quoted" $name');
    const server = await startNatsServer({ storeDir, path });
    expect(server.url).toBe(`nats://127.0.0.1:${server.port}`);
    const config = join(storeDir, 'nats-server.conf');
    const text = await readFile(config, 'utf8');
    expect((await stat(config)).mode & 0o077).toBe(0);
    expect(text).toContain(server.password);
    expect(text).toContain('sync_interval: always');
    expect(text).toContain('host: 127.0.0.1');
    await server.stop();
    await server.stop();
    expect(processStart(server.pid)).toBeUndefined();
    expect(await readdir(storeDir)).toEqual(['jetstream']);
  });

  test('says why it ended', async () => {
    await using folder = await temporaryFolder();
    await using server = await startNatsServer({ storeDir: folder.path, path });
    process.kill(server.pid, 'SIGTERM');
    expect((await server.exited).reason).toContain('Server Exiting');
  });

  test('writes its log to a file', async () => {
    await using folder = await temporaryFolder();
    const logFile = join(folder.path, 'nats.log');
    await using server = await startNatsServer({
      storeDir: join(folder.path, 'store'),
      path,
      logFile,
    });
    expect(await readFile(logFile, 'utf8')).toContain(
      `Listening for client connections on 127.0.0.1:${server.port}`,
    );
  });

  test.runIf(isLinux)('is out of reach of Ctrl-C in the terminal of its owner', async () => {
    await using folder = await temporaryFolder();
    await using server = await startNatsServer({ storeDir: folder.path, path });
    expect(await sessionOf(server.pid)).not.toBe(await sessionOf(process.pid));
  });

  test.runIf(isLinux)('shows its password to nobody who lists the processes', async () => {
    await using folder = await temporaryFolder();
    await using server = await startNatsServer({ storeDir: folder.path, path });
    const command = await readFile(`/proc/${server.pid}/cmdline`, 'utf8');
    expect(command).toContain('nats-server.conf');
    expect(command).not.toContain(server.password);
  });

  test('refuses a folder that another server uses', async () => {
    await using folder = await temporaryFolder();
    await using server = await startNatsServer({ storeDir: folder.path, path });
    const second = startNatsServer({ storeDir: folder.path, path });
    await expect(second).rejects.toThrow(`${folder.path} is in use by process ${process.pid}`);
    await expect(second).rejects.toBeInstanceOf(UserError);
    expect(processStart(server.pid)).toBeDefined();
  });

  test('ends with an owner that is killed, whose folder can be used at once', async () => {
    await using folder = await temporaryFolder();
    const owner = await startOwner(folder.path);
    const refused = startNatsServer({ storeDir: folder.path, path });
    await expect(refused).rejects.toThrow(`in use by process ${owner.pid}`);
    await owner.kill();
    await using server = await startNatsServer({ storeDir: folder.path, path });
    expect(processStart(owner.serverPid)).toBeUndefined();
    expect(server.pid).not.toBe(owner.serverPid);
  });

  test('stays when its owner is only interrupted', async () => {
    await using folder = await temporaryFolder();
    const owner = await startOwner(folder.path);
    process.kill(-owner.pid, 'SIGINT');
    await owner.said('interrupted');
    expect(processStart(owner.serverPid)).toBeDefined();
    await owner.kill();
    await eventually(() => expect(processStart(owner.serverPid)).toBeUndefined());
  });

  test('ends a server that outlived its owner before it takes the folder over', async () => {
    await using folder = await temporaryFolder();
    const leftover = spawn('sleep', ['60'], { stdio: 'ignore' });
    const pid = leftover.pid ?? 0;
    const claim = {
      owner: { pid: 999_999_999, start: 'gone' },
      server: { pid, start: processStart(pid) },
    };
    await writeFile(join(folder.path, 'owner-999999999.lock'), JSON.stringify(claim));
    const ended = once(leftover, 'exit');
    await using server = await startNatsServer({ storeDir: folder.path, path });
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(server.port).toBeGreaterThan(0);
  });

  test('takes no other process for the one that it finds written down', async () => {
    await using folder = await temporaryFolder();
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    const server = { pid: stranger.pid, start: 'another time' };
    const claim = { owner: { pid: process.ppid, start: 'another time' }, server };
    await writeFile(join(folder.path, `owner-${process.ppid}.lock`), JSON.stringify(claim));
    await using started = await startNatsServer({ storeDir: folder.path, path });
    expect(started.port).toBeGreaterThan(0);
    expect(processStart(stranger.pid ?? 0)).toBeDefined();
    stranger.kill('SIGKILL');
  });

  test('says which folder cannot be written to', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'file'), '');
    const impossible = [join(folder.path, 'file'), join(folder.path, 'file', 'store')];
    if (isLinux) impossible.push('/proc/heliograph/store');
    for (const storeDir of impossible)
      await expect(startNatsServer({ storeDir, path })).rejects.toThrow(
        `cannot write to the message store ${storeDir}`,
      );
  });

  test('says that its port is taken', async () => {
    await using folder = await temporaryFolder();
    await using other = await temporaryFolder();
    await using server = await startNatsServer({ storeDir: folder.path, path });
    const second = startNatsServer({ storeDir: other.path, path, port: server.port });
    await expect(second).rejects.toThrow('address already in use');
    expect(await readdir(other.path)).not.toContain(`owner-${process.pid}.lock`);
  });
});

describe.concurrent('the nats-server binary', () => {
  test('is the one that was named', async () => {
    await using folder = await temporaryFolder();
    const binary = await fakeServer(folder.path, 'v2.14.3');
    expect(await findNatsServer({ binary })).toEqual({ file: binary, version: '2.14.3' });
  });

  test('is the first on the PATH that is new enough', async () => {
    await using folder = await temporaryFolder();
    const folders = ['none', 'old', 'new', 'newer'].map((name) => join(folder.path, name));
    await fakeServer(join(folder.path, 'old'), 'v2.9.10');
    const file = await fakeServer(join(folder.path, 'new'), 'v2.15.0-RC.1');
    await fakeServer(join(folder.path, 'newer'), 'v2.16.0');
    expect((await findNatsServer({ path: folders.join(':') })).file).toBe(file);
  });

  test.runIf(isLinux && process.arch === 'x64')('is else the one that npm installed', async () => {
    await using folder = await temporaryFolder();
    await fakeServer(folder.path, 'v2.9.10');
    expect((await findNatsServer({ path: folder.path })).file).toContain('nats-server-linux-x64');
  });

  test('that was named and is too old or none at all is refused with a remedy', async () => {
    await using folder = await temporaryFolder();
    const old = await fakeServer(folder.path, 'v2.11.4');
    await expect(findNatsServer({ binary: old })).rejects.toThrow(
      `${old} is nats-server 2.11.4, which is too old: install nats-server 2.12.1 or newer`,
    );
    const missing = join(folder.path, 'missing');
    await expect(findNatsServer({ binary: missing })).rejects.toThrow(
      `${missing} is not a nats-server that runs here`,
    );
  });

  test('must be 2.12.1 or newer', () => {
    const supported = ['2.12.1', '2.12.10', '2.14.0', '3.0.0', 'v2.13.0-beta.1'];
    const refused = ['2.12.0', '2.11.9', '1.99.99', '0.0.0', 'unknown', ''];
    expect(supported.filter((version) => !isSupported(version))).toEqual([]);
    expect(refused.filter((version) => isSupported(version))).toEqual([]);
  });
});

async function sessionOf(pid: number): Promise<string | undefined> {
  return (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[3];
}

async function fakeServer(folder: string, version: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'nats-server');
  await writeFile(file, `#!/bin/sh\necho "nats-server: ${version}"\n`);
  await chmod(file, 0o755);
  return file;
}

/** A process with a server, in a process group of its own as a terminal gives it. */
async function startOwner(storeDir: string): Promise<{
  pid: number;
  serverPid: number;
  said(word: string): Promise<void>;
  kill(): Promise<void>;
}> {
  const program = `
    const { startNatsServer } = await import(${JSON.stringify(new URL('nats-server.ts', import.meta.url).href)});
    const server = await startNatsServer(${JSON.stringify({ storeDir, path })});
    process.on('SIGINT', () => setTimeout(() => console.log('interrupted'), 100));
    console.log(server.pid);
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const line = async (wanted: RegExp): Promise<string> => {
    for (;;) {
      const found = wanted.exec(output)?.[0];
      if (found !== undefined) return found;
      await once(child.stdout, 'data');
    }
  };
  return {
    pid: child.pid ?? 0,
    serverPid: Number(await line(/^\d+$/m)),
    said: async (word) => void (await line(new RegExp(`^${word}$`, 'm'))),
    async kill() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
