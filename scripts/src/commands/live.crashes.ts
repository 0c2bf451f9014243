import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { eventually } from '@heliograph/contracts/testing';
import { readPortfolio } from '@heliograph/execution';
import { expect, test } from 'vitest';
import {
  runCli,
  startCli,
  temporaryFolder,
  type CliOptions,
  type CliResult,
} from '../testing/cli.ts';
import { startLivePlace } from '../testing/live-place.ts';
import { randomFrom } from '../testing/random-from.ts';

/** How long everything goes wrong; hours by hand. */
const seconds = Number(process.env['HELIOGRAPH_CRASH_SECONDS'] ?? 30);
const seed = Number(process.env['HELIOGRAPH_CRASH_SEED'] ?? Date.now() % 2 ** 31);
const hourMs = 3_600_000;
const symbols = ['BTC/USDT', 'ETH/USDT', 'BNB/USDT'];
const clock = pathToFileURL(join(import.meta.dirname, '../testing/shifted-clock-main.ts')).href;

const live =
  '--mode live --venue-id binance --cash 50000 --stake 500 --lot-size 0.00001 --risk risk.json';
const strategy = '--param fast=2 --param slow=5 --param stopBps=100 --param targetBps=150';
const commands = {
  log: 'run trade-log --db log.sqlite',
  engine: `run signal-engine --mode live --feed ccxt:binance:${symbols.join(',')}:1s --warm-up 60 ${strategy}`,
  one: `run execution ${live} --worker one`,
  two: `run execution ${live} --worker two`,
} as const;

const endpoints = [
  'POST /api/v3/order',
  'GET /api/v3/order',
  'DELETE /api/v3/order',
  'GET /api/v3/openOrders',
  'GET /api/v3/account',
  'GET /api/v3/klines',
  'GET /api/v3/myTrades',
] as const;
const unclear = { kind: 'answer', status: 503, body: 'Service Unavailable' };
const limited = {
  kind: 'answer',
  executed: false,
  status: 429,
  headers: { 'Retry-After': '2' },
  body: '{"code":-1003,"msg":"Too much request weight used"}',
};
const faults: readonly [object, ...object[]] = [
  { kind: 'lost_answer' },
  { kind: 'lost_request' },
  { kind: 'late_answer', ms: 2_500 },
  { ...unclear, executed: true },
  { ...unclear, executed: false },
  limited,
];

/** What goes wrong, requests twice as often as the rest. */
const likely = [
  'kill',
  'pause',
  'server',
  'fault',
  'fault',
  'streams',
  'twice',
  'market',
  'clock',
] as const;

test(
  'a live pipeline of processes is killed, its exchange fails and its clocks jump: its books are the exchange, and all of it is decided again',
  async () => {
    process.stdout.write(`seed ${seed}\n`);
    const random = randomFrom(seed);
    const oneOf = <T>(items: readonly [T, ...T[]]): T =>
      items[Math.floor(random() * items.length)] ?? items[0];
    await using folder = await temporaryFolder();
    const cwd = folder.path;
    await writeFile(join(cwd, 'risk.json'), JSON.stringify({ symbols }));
    await using place = await startLivePlace(
      cwd,
      { USDT: '100000', BTC: '0', ETH: '0', BNB: '0' },
      { syncAlways: true },
    );
    const { exchange, bus, env } = place;
    const clockFile = join(cwd, 'clock');
    const shift = async (ms: number): Promise<void> => {
      await writeFile(`${clockFile}.new`, String(ms));
      await rename(`${clockFile}.new`, clockFile);
    };
    await shift(0);
    const ours = { ...env, NODE_OPTIONS: `--import ${clock}`, HELIOGRAPH_TEST_CLOCK: clockFile };
    const log = keepUp(commands.log, { cwd, env: ours });
    const others = [commands.engine, commands.one, commands.two].map((command) =>
      keepUp(command, { cwd, env: ours }),
    );
    const programs = [log, ...others] as const;
    await using _programs = {
      async [Symbol.asyncDispose]() {
        await Promise.all(programs.map((each) => each.end('SIGKILL')));
      },
    };
    const portfolio = () => readPortfolio(bus, 'paper');
    await eventually(async () => expect((await portfolio()).positions.size).toBeGreaterThan(0));

    const mishaps = {
      kill: () => oneOf(programs).send('SIGKILL'),
      async pause() {
        const program = oneOf(programs);
        program.send('SIGSTOP');
        await sleep(random() * 9_000);
        program.send('SIGCONT');
      },
      server: place.killServer,
      fault: () => exchange.fault({ on: oneOf(endpoints), ...oneOf(faults) }),
      streams: exchange.dropStreams,
      twice: () => exchange.repeatEvents(3),
      market: () => exchange.disturb({ kind: oneOf(['drop', 'silence']) }),
      async clock() {
        await shift(oneOf([hourMs, -hourMs, 2 * hourMs, -60_000, 5_000, -5_000]));
        await sleep(500 + random() * 3_000);
        await shift(0);
      },
    };
    const done = {
      kill: 0,
      pause: 0,
      server: 0,
      fault: 0,
      streams: 0,
      twice: 0,
      market: 0,
      clock: 0,
    };
    const untilMs = performance.now() + seconds * 1_000;
    while (performance.now() < untilMs) {
      await sleep(500 + random() * 2_500);
      const mishap = oneOf(likely);
      done[mishap]++;
      await mishaps[mishap]();
    }

    const panic = ['panic', '--yes', '--json', '--wait', '60s'];
    await eventually(async () => expect((await runCli(panic, { cwd, env })).code).toBe(0));
    const held = await portfolio();
    expect({ positions: held.positions.size, orders: held.orders.size }).toEqual({
      positions: 0,
      orders: 0,
    });
    expect(held.cash.minus('50000').toFixed(), 'the books are the exchange').toBe(
      (await exchange.total('USDT')).minus('100000').toFixed(),
    );
    const ends = await Promise.all(others.map((each) => each.end('SIGTERM')));
    const last = await bus.lastSequence('TRADING');
    const db = ['--db', 'log.sqlite'];
    await eventually(async () => {
      const { stdout } = await runCli(['check', ...db, '--json'], { cwd });
      expect(JSON.parse(stdout).streams).toContainEqual(
        expect.objectContaining({ stream: 'TRADING', last }),
      );
    });
    ends.push(await log.end('SIGTERM'));
    for (const end of ends) {
      // One that has just begun does not hear of it.
      expect(end.code ?? 0, `it says ${end.stderr}`).toBe(0);
      expect(end.stderr).not.toContain('still open');
    }
    const check = await runCli(['check', ...db], { cwd });
    expect(check, `check says ${check.stdout}`).toMatchObject({ code: 0 });
    const verify = await runCli(['verify', ...db], { cwd });
    expect(verify, `verify says ${verify.stdout}`).toMatchObject({ code: 0 });
    const figures = { ...done, events: last, orders: (await exchange.orders()).length };
    process.stdout.write(`${JSON.stringify(figures)}\n`);
  },
  (seconds * 2 + 300) * 1_000,
);

/** Begins a program again whenever it ends, as whoever runs it would. */
function keepUp(command: string, options: CliOptions) {
  let isWanted = true;
  let current = startCli(command.split(' '), options);
  const over = (async (): Promise<CliResult> => {
    for (;;) {
      const result = await current.result;
      if (!isWanted) return result;
      current = startCli(command.split(' '), options);
    }
  })();
  return {
    send: (signal: NodeJS.Signals) => current.kill(signal),
    end(signal: NodeJS.Signals): Promise<CliResult> {
      isWanted = false;
      current.kill(signal);
      return over;
    },
  };
}
