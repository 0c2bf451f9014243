import { queryNames, type QueryName } from '@heliograph/contracts';
import { createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createLogger, createSilentLogger } from '@heliograph/contracts/service';
import { expect, test } from 'vitest';
import type { Message } from '../messages/message.ts';
import { standing } from '../testing/standing.ts';
import { startSummaries } from './start-summaries.ts';

/** The first picture takes its time. */
const times = { zone: 'UTC', minuteOfDay: 8 * 60, weekday: 0 };
const time = '2026-01-05T00:00:00.000Z';
const period = { from: time, to: time, trades: 2, wins: 1, losses: 1, pnl: '4.5', fees: '0.2' };

/** Answers as the trade log would, and remembers what was asked. */
function answer(bus: Bus, portfolios: readonly object[] = [standing]) {
  const asked: { name: QueryName; request: unknown }[] = [];
  const results: Partial<Record<QueryName, object>> = {
    standing: { portfolios },
    equity: {
      portfolio: 'money',
      currency: 'USDT',
      points: [
        [time, '1000'],
        ['2026-01-06T00:00:00.000Z', '1010.5'],
      ],
    },
    profit: { portfolio: 'money', currency: 'USDT', periods: [period, { ...period, pnl: '8' }] },
  };
  const subscription = bus.requests('query.*').subscribe(({ subject, body, respond }) => {
    const name = queryNames.find((each) => subject === `query.${each}`);
    if (name === undefined) return;
    asked.push({ name, request: JSON.parse(body) });
    respond(JSON.stringify({ status: 'ok', result: results[name] }));
  });
  return { asked, stop: () => subscription.unsubscribe() };
}

/** A server that holds on to what was told before, and a clock that is set. */
function open() {
  const server = createMemoryServer({ drainTimeoutMs: 1 });
  const bus = server.connect();
  const told: Message[] = [];
  const clock = { now: '2026-01-07T07:59:00Z' };
  const start = (change = {}) =>
    startSummaries({
      bus,
      times,
      tell: (message) => void told.push(message),
      log: createSilentLogger(),
      nowMs: () => Date.parse(clock.now),
      lookEveryMs: 5,
      ...change,
    });
  const kept = async () => {
    const bucket = await bus.bucket('summaries');
    return Promise.all(['daily', 'weekly'].map(async (kind) => (await bucket.get(kind))?.value));
  };
  return { bus, told, clock, start, kept, [Symbol.asyncDispose]: () => bus.close() };
}

test('a day and a week are summed up when they are due, once', async () => {
  await using here = open();
  const { bus, told, clock } = here;
  const { asked } = answer(bus);
  await using _one = here.start();
  await using _two = here.start();
  await expect.poll(here.kept).toEqual(['2026-01-06', '2026-01-05']);
  expect(told, 'nothing is due before the first start').toEqual([]);
  clock.now = '2026-01-07T08:00:09Z';
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(asked, 'what happened a moment ago is not logged yet').toEqual([]);
  clock.now = '2026-01-07T08:00:10Z';
  await expect.poll(() => told.length).toBe(1);
  expect(told[0]?.plain).toBe(
    '2026-01-07 08:00 UTC 📅 [PAPER money] Daily summary: +12.5 USDT · ' +
      '4 trades, 2 won, 2 lost, fees 0.4 USDT · Equity 1,010.5 USDT (+1.05% since it was opened), cash 900 USDT · ' +
      'Positions open: 1, orders open: 2, ACTIVE',
  );
  expect(asked.find(({ name }) => name === 'profit')?.request).toMatchObject({
    from: '2026-01-06T08:00:00.000Z',
    to: '2026-01-07T08:00:00.000Z',
  });
  clock.now = '2026-01-12T09:00:00Z';
  await expect
    .poll(() => told.map(({ plain }) => /^(.{10}).*(Daily|Weekly)/.exec(plain)?.slice(1)))
    .toEqual([
      ['2026-01-07', 'Daily'],
      ['2026-01-12', 'Daily'],
      ['2026-01-12', 'Weekly'],
    ]);
  expect(told[0]?.picture?.subarray(1, 4).toString()).toBe('PNG');
});

test('one that was due while nobody was there is told at the next start, and not again', async () => {
  await using here = open();
  const { bus, told, clock } = here;
  answer(bus);
  await using first = here.start();
  await expect.poll(here.kept).toEqual(['2026-01-06', '2026-01-05']);
  await first.stop();
  clock.now = '2026-01-08T20:00:00Z';
  await using second = here.start();
  await expect.poll(() => told.length).toBe(1);
  await second.stop();
  await using _third = here.start();
  await expect.poll(here.kept).toEqual(['2026-01-08', '2026-01-05']);
  expect(told).toHaveLength(1);
});

test('it waits for the trade log, says so once, and tells it then', async () => {
  await using here = open();
  const { bus, told, clock } = here;
  const lines: string[] = [];
  const log = createLogger({ name: 't', destination: { write: (text) => void lines.push(text) } });
  await using _summaries = here.start({ log });
  await expect.poll(here.kept).toEqual(['2026-01-06', '2026-01-05']);
  clock.now = '2026-01-07T08:00:10Z';
  await expect.poll(() => lines.length).toBe(1);
  expect(lines[0]).toContain('a summary has to wait');
  answer(bus);
  await expect.poll(() => told.length).toBe(1);
  expect(lines).toHaveLength(1);
});

test('of a replay, whose time is its own, all of it is told', async () => {
  await using here = open();
  const { bus, told, clock } = here;
  const { asked } = answer(bus, [{ ...standing, tape: 'btc-2014' }]);
  await using _summaries = here.start();
  await expect.poll(here.kept).toEqual(['2026-01-06', '2026-01-05']);
  clock.now = '2026-01-07T08:00:10Z';
  await expect.poll(() => told.length).toBe(1);
  expect(told[0]?.plain).toContain('Of all of the replay btc-2014');
  expect(asked.find(({ name }) => name === 'profit')?.request).not.toHaveProperty('from');
});
