import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { candleEvent, JournalEvent, subjects, toTime, type Candle } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import { aCandle, anExitSignal, aSignal, eventually } from '@heliograph/contracts/testing';
import { firstValueFrom, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { runCli, startCli, temporaryFolder } from '../testing/cli.ts';
import { startLivePlace } from '../testing/live-place.ts';

const price = 50_000;

async function typesOf(bus: Bus, portfolio: string): Promise<string[]> {
  const messages = await firstValueFrom(
    bus.read({ stream: 'TRADING', subject: `trading.${portfolio}.>` }).pipe(toArray()),
  );
  return messages.map(({ body }) => JournalEvent.parse(JSON.parse(body)).type);
}

function secondUpTo(nowMs: number): Candle {
  const ends = { open: price, high: price, low: price, close: price };
  return { ...aCandle(), ...ends, openTime: nowMs - 1_000, closeTime: nowMs };
}

async function publishCandle(bus: Bus): Promise<void> {
  const candle = secondUpTo(Date.now());
  const event = candleEvent(candle, { tape: 'live', source: 'test', recordedMs: Date.now() });
  await bus.publish({
    subject: subjects.candle(candle),
    id: event.id,
    body: JSON.stringify(event),
  });
}

async function publishSignal(bus: Bus, enters: boolean, round = 1): Promise<void> {
  const time = toTime(Date.now());
  const make = enters ? aSignal : anExitSignal;
  const signal = make({
    id: `${enters ? 'enter' : 'leave'}${round}`,
    time,
    recordedtime: time,
    expirytime: toTime(Date.now() + 60_000),
    data: { mode: 'live', referencePrice: { price: String(price), kind: 'last', time } },
  });
  const subject = subjects.signal(signal.data);
  await bus.publish({ subject, id: signal.id, body: JSON.stringify(signal) });
}

/** The portfolio with money has begun, which takes its time where much else does so at once. */
async function compared(bus: Bus): Promise<void> {
  await eventually(
    async () => expect(await typesOf(bus, 'money')).toContain('reconciliation_reported'),
    { timeoutMs: 180_000 },
  );
}

test('a shadow trades on paper what its neighbour trades at an exchange, and the log compares and verifies both', async () => {
  await using folder = await temporaryFolder();
  const cwd = folder.path;
  await using place = await startLivePlace(cwd, { USDT: '100000', BTC: '0' });
  const { exchange, bus, env } = place;
  await writeFile(
    join(cwd, 'portfolios.json'),
    JSON.stringify({
      money: { risk: { symbols: ['BTC/USDT'] } },
      shadow: { shadow: true, stake: '1000' },
    }),
  );
  const flags = '--mode live --venue-id binance --cash 50000 --stake 500 --lot-size 0.00001';
  const run = ['run', 'execution', ...flags.split(' '), '--portfolios', 'portfolios.json'];
  await using execution = startCli(run, { cwd, env });
  await using log = startCli(['run', 'trade-log', '--db', 'log.sqlite'], { cwd, env });
  await compared(bus);

  await publishCandle(bus);
  for (const enters of [true, false]) {
    await publishSignal(bus, enters);
    const fills = enters ? 1 : 2;
    await eventually(async () => {
      await publishCandle(bus);
      for (const portfolio of ['money', 'shadow']) {
        const types = await typesOf(bus, portfolio);
        const filled = types.filter((type) => type === 'order_filled').length;
        expect({ portfolio, filled }).toEqual({ portfolio, filled: fills });
      }
    });
  }
  const orders = await exchange.orders();
  expect(orders.length, 'the shadow never reaches the exchange').toBe(2);

  const ask = (...args: readonly string[]) =>
    runCli([...args, '--db', 'log.sqlite', '--json', '--quiet'], { cwd });
  await eventually(async () => {
    const { stdout } = await ask('compare', '--run', 'money', '--with', 'shadow');
    const { signals, trades } = JSON.parse(stdout).comparison;
    expect(signals).toMatchObject({ same: 2, changed: [] });
    expect(trades.changed).toMatchObject([{ fields: expect.arrayContaining(['quantity']) }]);
  });
  await Promise.all([execution, log].map((process) => (process.kill('SIGTERM'), process.result)));
  const verified = await ask('verify', '--run', 'all');
  expect(JSON.parse(verified.stdout).portfolios).toMatchObject([
    { portfolio: 'money', finding: null, notReplayed: 'its orders were filled by a venue' },
    { portfolio: 'shadow', finding: null, notReplayed: 'it ran by the wall clock' },
  ]);
  expect(verified.code).toBe(0);
});

test('a portfolio whose journal is damaged leaves its neighbour alone, which goes on', async () => {
  await using folder = await temporaryFolder();
  const cwd = folder.path;
  await using place = await startLivePlace(cwd, { USDT: '100000', BTC: '0' });
  const { bus, env } = place;
  await writeFile(
    join(cwd, 'portfolios.json'),
    JSON.stringify({ money: { risk: { symbols: ['BTC/USDT'] } }, shadow: { shadow: true } }),
  );
  const flags = '--mode live --venue-id binance --cash 50000 --stake 500 --lot-size 0.00001';
  const run = ['run', 'execution', ...flags.split(' '), '--portfolios', 'portfolios.json'];
  await using execution = startCli([...run, '--worker', 'one'], { cwd, env });
  await compared(bus);
  await publishCandle(bus);
  const filled = async (portfolio: string): Promise<number> =>
    (await typesOf(bus, portfolio)).filter((type) => type === 'order_filled').length;
  const trades = async (portfolio: string, orders: number): Promise<void> =>
    eventually(async () => {
      await publishCandle(bus);
      expect({ portfolio, filled: await filled(portfolio) }).toEqual({ portfolio, filled: orders });
    });
  await publishSignal(bus, true);
  await Promise.all([trades('money', 1), trades('shadow', 1)]);

  const subject = 'trading.shadow.trading_state_changed';
  await bus.publish({ subject, id: 'junk', body: '{"schemaversion":9}' });
  await execution.said('stderr', /a portfolio is not traded any more, the others are/);
  await publishSignal(bus, false);
  await trades('money', 2);
  await publishSignal(bus, true, 2);
  await trades('money', 3);

  const missed = async () => (await bus.bucket('heartbeats')).get('execution/shadow-one');
  const before = (await missed())?.value;
  execution.kill('SIGTERM');
  expect(await execution.result).toMatchObject({ code: 0 });
  expect(before).toBeDefined();
  expect((await missed())?.value, 'nobody took it back').toBe(before);
});
