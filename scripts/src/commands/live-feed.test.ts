import { describe, expect, test } from 'vitest';
import {
  candlesIn,
  expectSignalsOfTruth,
  expectTruth,
  type Listed,
  moreThan,
  pricesOf,
  symbols,
} from '../live-market/tape-of-start.ts';
import { runCli, startCli, temporaryFolder } from '../testing/cli.ts';
import { startExchange } from '../testing/exchange.ts';

const feed = `ccxt:binance:${symbols.join(',')}:1s`;
const args = ['start', '--feed', feed, '--warm-up', '60', '--json', '--quiet'];

describe('a live market', () => {
  test('is traded on paper while it fails, and a start that was killed goes on without a gap', async () => {
    using exchange = await startExchange();
    const prices = await pricesOf(exchange.url);
    await using folder = await temporaryFolder();
    const cwd = folder.path;
    const dataDir = `${cwd}/heliograph-data`;
    const env = { HELIOGRAPH_VENUE_URL: exchange.url };
    await using first = startCli(args, { cwd, env });
    await moreThan(dataDir, 10);
    const on = 'GET /api/v3/klines';
    await exchange.fault({ on, kind: 'lost_request', times: 3 });
    await exchange.fault({
      on,
      kind: 'answer',
      executed: false,
      status: 200,
      body: 'garbage',
      times: 2,
    });
    await exchange.fault({ on, kind: 'answer', executed: false, status: 503, body: '', times: 2 });
    await exchange.fault({ on, kind: 'late_answer', ms: 1_500, times: 2 });
    const lie = JSON.stringify({ serverTime: Date.now() + 30_000 });
    const time = 'GET /api/v3/time';
    await exchange.fault({ on: time, kind: 'answer', executed: false, status: 200, body: lie });
    await exchange.disturb({ kind: 'repeat', times: 20 });
    await exchange.disturb({ kind: 'late', times: 60, ms: 1_300 });
    await exchange.disturb({ kind: 'garbage', times: 5 });
    const before = (await candlesIn(dataDir)).length;
    await moreThan(dataDir, before + 8);
    await exchange.disturb({ kind: 'refuse', times: 2, status: 418 });
    await exchange.disturb({ kind: 'drop' });
    await moreThan(dataDir, before + 16);
    await exchange.disturb({ kind: 'silence' });
    await moreThan(dataDir, before + 24);
    first.kill('SIGKILL');
    await first.result;
    await using second = startCli(args, { cwd, env });
    await moreThan(dataDir, before + 44);
    const { stdout: listed } = await runCli(['signals', '--json'], { cwd });
    const signals: Listed[] = JSON.parse(listed).signals;
    const told = await candlesIn(dataDir);
    expectTruth(told, prices);
    expectSignalsOfTruth(signals, told, prices);
    const { stdout: ordered } = await runCli(['orders', '--json'], { cwd });
    const orders: { signalId: string; role: string; time: number }[] = JSON.parse(ordered).orders;
    // An exit may come late.
    for (const order of orders.filter(({ role }) => role === 'entry')) {
      const signal = signals.find(({ id }) => id === order.signalId);
      expect(order.time, 'nothing is traded on what is old').toBeLessThanOrEqual(
        signal?.expiryTime ?? 0,
      );
    }
    second.kill('SIGTERM');
    const { code, stdout } = await second.result;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ portfolio: 'paper', status: 'stopped' });
  });

  test.each([
    ['ccxt:binance:BTC/EUR:1m', 'binance has no BTC/EUR; it has BTC/USDT'],
    ['ccxt:binance', 'expected ccxt:EXCHANGE:SYMBOL,SYMBOL:TIMEFRAME'],
  ])('%s is refused', async (name, sentence) => {
    using exchange = await startExchange();
    await using folder = await temporaryFolder();
    const env = { HELIOGRAPH_VENUE_URL: exchange.url };
    const { code, stderr } = await runCli(['start', '--feed', name], { cwd: folder.path, env });
    expect(stderr).toContain(sentence);
    expect(code).toBe(2);
  });

  test('that cannot be reached is said so', async () => {
    await using folder = await temporaryFolder();
    const env = { HELIOGRAPH_VENUE_URL: 'http://127.0.0.1:9' };
    const { code, stderr } = await runCli(['start', '--feed', feed], { cwd: folder.path, env });
    expect(stderr).toMatch(/binance cannot be reached/);
    expect(code).not.toBe(0);
  });
});
