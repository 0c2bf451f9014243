import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { subjects, toTime } from '@heliograph/contracts';
import { aSignal, eventually } from '@heliograph/contracts/testing';
import { readPortfolio } from '@heliograph/execution';
import { expect, test } from 'vitest';
import { runCli, startCli, temporaryFolder, type CliProcess } from '../testing/cli.ts';
import { startLivePlace } from '../testing/live-place.ts';

const patience = { timeoutMs: 90_000 };

test('what an exchange does not have any more is written off once, whoever is killed meanwhile, and the log tells it', async () => {
  await using folder = await temporaryFolder();
  const cwd = folder.path;
  await using place = await startLivePlace(cwd, { USDT: '100000', BTC: '0' });
  const { exchange, bus, env } = place;
  const run = 'run execution --mode live --venue-id binance --cash 50000 --stake 500';
  await writeFile(join(cwd, 'risk.json'), JSON.stringify({ symbols: ['BTC/USDT'] }));
  const limits = ['--lot-size', '0.00001', '--risk', 'risk.json', '--portfolio', 'money'];
  const args = [...run.split(' '), ...limits];
  let begun = 0;
  const begin = (): CliProcess => startCli([...args, '--worker', `w${++begun}`], { cwd, env });
  const workers = [begin(), begin()];
  await using log = startCli(['run', 'trade-log', '--db', 'log.sqlite'], { cwd, env });
  await using _workers = {
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
    },
  };
  const portfolio = () => readPortfolio(bus, 'money');
  await eventually(async () => expect((await portfolio()).reconciled).toBeDefined(), patience);
  const time = toTime(Date.now());
  const signal = aSignal({
    time,
    recordedtime: time,
    expirytime: toTime(Date.now() + 60_000),
    data: { mode: 'live', referencePrice: { price: '50000', kind: 'last', time } },
  });
  const subject = subjects.signal(signal.data);
  await bus.publish({ subject, id: signal.id, body: JSON.stringify(signal) });
  await eventually(async () => expect((await portfolio()).positions.size).toBe(1), patience);

  // Somebody sells it by hand.
  await exchange.set('BTC', '0');
  await eventually(async () => expect((await portfolio()).disputed.size).toBe(1), patience);
  await sleep(6_000);
  const why = ['--reason', 'sold by hand', '--author', 'ann', '--price', '40000'];
  const command = ['write-off', 'BTC/USDT', '--portfolio', 'money', ...why, '--json'];
  const running = startCli(command, { cwd, env });
  for (const at of [0, 1]) {
    await sleep(200 + Math.random() * 600);
    workers[at]?.kill('SIGKILL');
    workers[at] = begin();
  }
  const { code, stdout } = await running.result;
  expect(JSON.parse(stdout).writtenOff).toMatchObject([{ status: 'filled', left: '0' }]);
  expect(code).toBe(0);
  await eventually(async () => expect((await portfolio()).disputed.size).toBe(0), patience);
  const { positions, orders } = await portfolio();
  expect([positions.size, orders.size]).toEqual([0, 0]);
  expect(await exchange.orders(), 'nothing was sent').toHaveLength(1);

  const ask = (...words: readonly string[]) =>
    runCli([...words, '--db', 'log.sqlite', '--json', '--quiet'], { cwd });
  await eventually(async () => {
    const { trades } = JSON.parse((await ask('trades')).stdout);
    expect(trades).toMatchObject([{ exitReason: 'write_off', exitPrice: '40000' }]);
  }, patience);
  const performance = JSON.parse((await ask('performance')).stdout);
  expect(JSON.stringify(performance)).toContain('write_off');
  await Promise.all([...workers, log].map((each) => (each.kill('SIGTERM'), each.result)));
  const verified = await ask('verify', '--run', 'all');
  expect(JSON.parse(verified.stdout).portfolios).toMatchObject([{ finding: null }]);
  expect(verified.code).toBe(0);
  const traced = await runCli(['trace', signal.id, '--db', 'log.sqlite'], { cwd });
  expect(traced.stdout).toMatch(
    /write-off intended: .*nothing is sent: written off by ann: sold by hand/,
  );
  expect(traced.stdout).toMatch(/taken out of the books: .* at 40000/);
  expect(traced.stdout).toMatch(/trade closed: .*write off/);
}, 240_000);
