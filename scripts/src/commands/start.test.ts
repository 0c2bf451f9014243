import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTelegramDouble } from '@heliograph/notifier/testing';
import { openDatabase, summarisePerformance } from '@heliograph/trade-log';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bareTrades } from '../testing/bare-trades.ts';
import { firstCandles, shippedCandles } from '../testing/candles.ts';
import { runCli, startCli, temporaryFolder } from '../testing/cli.ts';

const untilEnd = ['start', '--until-end', '--json', '--quiet'];

async function printed(args: readonly string[], cwd: string) {
  // A start waits for much that others need not wait for.
  const run = args[0] === 'start' ? startCli(args, { cwd }).result : runCli(args, { cwd });
  const { code, stdout, stderr } = await run;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

function backtest(candles: string, cwd: string) {
  return printed(['backtest', '--json', '--quiet', '--candles', candles], cwd);
}

interface Result {
  readonly tradeList?: readonly object[];
  readonly trades: readonly object[];
  readonly openPositions: readonly object[];
  readonly metrics: object;
  readonly decisionsHash: string;
}

/** What `start` and `backtest` have to agree on: all but what only shows from candle to candle. */
function resultOf({ tradeList, trades, openPositions, metrics, decisionsHash }: Result) {
  return {
    trades: bareTrades(tradeList ?? trades),
    openPositions,
    metrics: Object.fromEntries(
      Object.entries(metrics).filter(([name]) => figuresOfTrades.has(name)),
    ),
    decisionsHash,
  };
}

const figuresOfTrades = new Set(
  Object.keys(
    without(summarisePerformance({ startCash: '1', trades: [] }), [
      'maxDrawdown',
      'maxDrawdownRatio',
      'drawdownOf',
    ]),
  ),
);

function without(object: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

/** A folder with the first of the shipped candles. */
async function folderWithCandles(count = 300) {
  const folder = await temporaryFolder();
  await writeFile(join(folder.path, 'BTC_USD-30m-bitstamp.csv'), firstCandles(count));
  return folder;
}

describe.concurrent('start --until-end', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let run: Result & Record<string, string>;
  let expected: Result & Record<string, unknown>;

  beforeAll(async () => {
    folder = await temporaryFolder();
    run = await printed(untilEnd, folder.path);
    expected = await backtest(shippedCandles, folder.path);
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  test('trades as backtest does', () => {
    expect(resultOf(run)).toEqual(resultOf(expected));
    expect(run).toMatchObject({
      status: 'ended',
      candles: 1968,
      signals: 88,
      executed: 87,
      skipped: 1,
      skippedByReason: { NO_POSITION: 1 },
      orders: 87,
      fills: 87,
      trades: 43,
      db: join('heliograph-data', 'heliograph.sqlite'),
    });
    expect(run['alerts'], 'one for each order, fill and trade at least').toBeGreaterThan(170);
    expect(run['logged'], 'candles, signals and journal').toBeGreaterThan(1968 + 88 + 348);
    expect(run['latencyMs']).toEqual({ p50: expect.any(Number), p99: expect.any(Number) });
  });

  test('does so again in the same folder, whatever the number of workers', async () => {
    await using own = await folderWithCandles(400);
    const feed = 'BTC_USD-30m-bitstamp.csv';
    const first = await printed([...untilEnd, '--feed', feed], own.path);
    const second = await printed([...untilEnd, '--feed', feed, '--workers', '3'], own.path);
    const same = resultOf(await backtest(feed, own.path));
    expect(resultOf(first)).toEqual(same);
    expect(resultOf(second)).toEqual(same);
    expect(second.run, 'a tape of its own').not.toBe(first.run);
  });

  test('says so when the strategy fails, and prints nothing of it between the data', async () => {
    await using own = await folderWithCandles(60);
    // It has to lie where strategies find nothing to import: it needs nothing.
    const strategy = join(own.path, 'chatty.mjs');
    await writeFile(
      strategy,
      `export const strategy = { name: 'chatty', version: '1', params: { safeParse() {} }, configure: () => ({
        name: 'chatty', version: '1', params: {}, configHash: 'x',
        needs: { timeframes: [], symbols: [] },
        create: () => ({ onCandle() { console.log('hello'); throw new Error('no idea'); } }) }) };`,
    );
    const feed = ['--feed', 'BTC_USD-30m-bitstamp.csv', '--strategy', strategy];
    const { code, stdout, stderr } = await startCli([...untilEnd.slice(0, 3), ...feed], {
      cwd: own.path,
    }).result;
    expect({ code, stderr }).toMatchObject({ code: 3 });
    expect(JSON.parse(stdout)).toMatchObject({ candles: 60, signals: 0 });
    // Its message and its stack in the log.
    expect(stderr.match(/no idea/g)?.length, 'logged and told, once each').toBeLessThanOrEqual(3);
    expect(stderr.match(/chatty failed on/g)).toHaveLength(1);
    expect(stderr).toContain('failed on 60 candles');
  });

  test('leaves a log that answers', async () => {
    const mine = ['--portfolio', run['portfolio'] ?? '', '--json'];
    const ask = (...args: string[]) => printed([...args, ...mine], folder.path);
    const [trades, signals, latest, orders, none, performance] = await Promise.all([
      ask('trades', '--limit', '1000'),
      ask('signals', '--limit', '1000'),
      ask('signals', '--limit', '3'),
      ask('orders', '--symbol', 'BTC/USD', '--limit', '1000'),
      ask('orders', '--symbol', 'ETH/USD'),
      ask('performance'),
    ]);
    expect(trades.portfolio).toBe(run['portfolio']);
    expect(trades).toMatchObject({ trades: resultOf(expected).trades });
    expect(signals.signals).toHaveLength(88);
    expect(latest.signals).toEqual(signals.signals.slice(-3));
    expect(orders.orders).toHaveLength(87);
    expect(orders.orders[0]).toMatchObject({ status: 'filled', fills: [{ price: '568.55' }] });
    expect(none.orders).toEqual([]);
    const { metrics, worstDrawdowns, monthlyReturns, breakdown } = expected;
    const [portfolio] = performance.portfolios;
    expect(portfolio, 'to the last digit').toMatchObject({ worstDrawdowns, monthlyReturns });
    expect(portfolio).toMatchObject({ metrics, breakdown });
  });

  test('leaves a log that is readable', async () => {
    const args = ['trades', '--limit', '2', '--portfolio', run['portfolio'] ?? ''];
    const { stdout } = await runCli(args, { cwd: folder.path });
    expect(stdout).toMatch(/^SYMBOL .*\nBTC\/USD .*\nBTC\/USD .*\n$/);
  });

  test('leaves a log that replays to the same decisions, and to others when changed', async () => {
    const replay = ['replay', '--json', '--quiet', '--run', run['run'] ?? ''];
    const changes = ['--set', 'feeBps=0', '--set', 'stake=all', '--set', 'risk.maxPositions=none'];
    const span = ['--from', '2014-07-01', '--to', '2014-08-01'];
    const [same, changed, july] = await Promise.all([
      printed(replay, folder.path),
      printed([...replay, ...changes], folder.path),
      printed([...replay, ...span], folder.path),
    ]);
    expect(same).toMatchObject({ candles: 1968, signals: 88, skipped: { NO_POSITION: 1 } });
    expect(resultOf(same)).toEqual(resultOf(expected));
    expect(changed.decisionsHash).not.toBe(same.decisionsHash);
    expect(changed.metrics.fees).toBe('0');
    expect(changed.settings).toMatchObject({ stake: { kind: 'all' }, risk: {} });
    expect(july.candles, 'three are missing in the source').toBe(31 * 48 - 3);
  });

  test.for([
    [['replay', '--set', 'risk.max=1'], 'expected name=value with one of cash, stake'],
    [['replay', '--set', 'cash=-1'], '--set cash=-1: expected a decimal number above 0'],
    [['replay', '--run', 'nope'], '--run: there is no portfolio nope; the latest are paper-'],
    [['trades', '--portfolio', 'nope'], '--portfolio: there is no portfolio nope'],
  ] as const)('leaves a log that refuses %j', async ([args, sentence]) => {
    const { code, stderr } = await runCli(args, { cwd: folder.path });
    expect(stderr).toContain(sentence);
    expect(code).toBe(2);
  });
});

describe.concurrent('start', () => {
  const slowly = ['start', '--feed', 'BTC_USD-30m-bitstamp.csv', '--speed', '180000'];
  const onwards = [...untilEnd, '--feed', 'BTC_USD-30m-bitstamp.csv', '--speed', 'max'];

  test('stops cleanly at Ctrl-C and goes on to the same end at the next start', async () => {
    await using folder = await folderWithCandles();
    await using first = startCli(slowly, { cwd: folder.path });
    await first.said('stdout', /closed/i);
    first.kill('SIGINT');
    const { code, stdout, stderr } = await first.result;
    expect({ code, stderr }).toMatchObject({ code: 130 });
    expect(stderr).toContain('Heliograph trades on paper');
    expect(stderr).toContain('Your own candles: --feed');
    expect(stderr).toContain('TELEGRAM_BOT_TOKEN');
    expect(stderr).toContain('Stopped; all of it is in heliograph-data, and the same command');
    expect(stdout).toMatch(/^Trades +\d+/m);

    const resumed = await printed(onwards, folder.path);
    const expected = await backtest('BTC_USD-30m-bitstamp.csv', folder.path);
    expect(resultOf(resumed)).toEqual(resultOf(expected));
    const { portfolios } = await printed(
      ['performance', '--portfolio', 'all', '--json'],
      folder.path,
    );
    expect(portfolios).toHaveLength(1);
  });

  test('takes up what a killed one left', async () => {
    await using folder = await folderWithCandles();
    await using first = startCli(slowly, { cwd: folder.path });
    await first.said('stdout', /closed/i);
    first.kill('SIGKILL');
    await first.result;
    const resumed = await printed(onwards, folder.path);
    const expected = await backtest('BTC_USD-30m-bitstamp.csv', folder.path);
    expect(resultOf(resumed)).toEqual(resultOf(expected));
  });

  test('stays up at the end of the feed, and is stopped by SIGTERM without complaint', async () => {
    await using folder = await folderWithCandles();
    const args = ['start', '--feed', 'BTC_USD-30m-bitstamp.csv', '--speed', 'max', '--json'];
    await using running = startCli(args, { cwd: folder.path });
    await running.said('stderr', /The feed has ended; everything stays up until Ctrl-C/);
    running.kill('SIGTERM');
    const { code, stdout, stderr } = await running.result;
    expect(code).toBe(0);
    expect(stderr, 'alerts leave standard output to the JSON').toMatch(/closed/i);
    const expected = await backtest('BTC_USD-30m-bitstamp.csv', folder.path);
    expect(resultOf(JSON.parse(stdout))).toEqual(resultOf(expected));
  });

  test('tells Telegram instead of the terminal when it has a token and a chat', async () => {
    await using telegram = await startTelegramDouble();
    await using folder = await folderWithCandles(60);
    const env = {
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_CHAT_ID: String(telegram.chatId),
      TELEGRAM_API_ROOT: telegram.apiRoot,
    };
    const args = [...onwards, '--json'];
    const { code, stdout, stderr } = await startCli(args, { cwd: folder.path, env }).result;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const texts = telegram.received.map(({ text }) => text);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'ended', alerts: expect.any(Number) });
    expect(JSON.parse(stdout).alerts, 'some are told together').toBeGreaterThanOrEqual(
      texts.length,
    );
    expect(texts.join('\n')).toMatch(
      /has started[^]*opened[^]*NO_POSITION[^]*has ended[^]*has stopped/,
    );
  });

  test('is refused a data folder that another one uses, which goes on', async () => {
    await using folder = await folderWithCandles();
    await using first = startCli(slowly, { cwd: folder.path });
    await first.said('stderr', /Heliograph trades on paper/);
    const { code, stderr } = await runCli(['start'], { cwd: folder.path });
    expect(stderr).toContain(`is in use by process ${first.pid}`);
    expect(code).toBe(78);
    first.kill('SIGTERM');
    expect((await first.result).code).toBe(0);
  });
});

describe.concurrent('start refuses', () => {
  test('a broken feed, before anything is begun', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'BTC_USD-30m.csv'), `${firstCandles(1499)}\noops\n`);
    const args = ['start', '--feed', 'BTC_USD-30m.csv'];
    const { code, stderr } = await runCli(args, { cwd: folder.path });
    expect(stderr).toContain('BTC_USD-30m.csv, line 1501: found 1 field in "oops"');
    expect(code).toBe(1);
    expect(existsSync(join(folder.path, 'heliograph-data'))).toBe(false);
  });

  test('a database that a newer version has made', async () => {
    await using folder = await temporaryFolder();
    const database = openDatabase(join(folder.path, 'newer.sqlite'));
    database.pragma('user_version = 9999');
    database.close();
    for (const args of [['start'], ['trades']]) {
      const { code, stderr } = await runCli([...args, '--db', 'newer.sqlite'], {
        cwd: folder.path,
      });
      expect(stderr).toMatch(/^heliograph: newer\.sqlite: .*newer/);
      expect(code).toBe(78);
    }
  });

  test.for([
    {
      what: 'to fill orders from trades that nobody publishes',
      args: ['--paper-tape', 'trades'],
      sentence: '--paper-tape trades: paper would never be filled',
      exitCode: 2,
    },
    {
      what: 'a data folder that cannot be made',
      args: ['--data-dir', '/sys/heliograph'],
      sentence: 'cannot write to the data folder /sys/heliograph: make it writable',
    },
    {
      what: 'a data folder that is a file',
      args: ['--data-dir', 'a-file'],
      sentence: 'cannot write to the data folder a-file: make it writable',
    },
    {
      what: 'a database that is something else',
      args: ['--db', 'a-file'],
      sentence: 'heliograph: a-file: ',
    },
    {
      what: 'a nats-server that is none',
      env: { HELIOGRAPH_NATS_SERVER: '/bin/true' },
      sentence: '/bin/true is not a nats-server that runs here',
    },
    {
      what: 'a server that cannot be reached',
      args: ['--nats', 'nats://me:secret@127.0.0.1:1'],
      sentence: 'cannot reach NATS at nats://127.0.0.1:1 within 5 s',
      exitCode: 1,
    },
    {
      what: 'a level that is none',
      env: { HELIOGRAPH_LOG_LEVEL: 'loud' },
      sentence: 'HELIOGRAPH_LOG_LEVEL: expected trace, debug',
    },
    {
      what: 'a webhook that Telegram would not use',
      env: { TELEGRAM_WEBHOOK_URL: 'http://example.org/bot' },
      sentence: 'TELEGRAM_WEBHOOK_URL: expected https: Telegram brings updates over it only',
    },
    {
      what: 'a Bot API that is no address',
      env: { TELEGRAM_API_ROOT: 'localhost:8081' },
      sentence: 'TELEGRAM_API_ROOT: expected an address such as https://api.telegram.org',
    },
    {
      what: 'a webhook that listens nowhere',
      env: { TELEGRAM_WEBHOOK_LISTEN: 'here' },
      sentence: 'TELEGRAM_WEBHOOK_LISTEN: expected a port, or host:port, such as 127.0.0.1:8443',
    },
    {
      what: 'a webhook with a secret that can be guessed',
      env: { TELEGRAM_WEBHOOK_SECRET: 'secret' },
      sentence: 'TELEGRAM_WEBHOOK_SECRET: expected 16 to 256 letters',
    },
    {
      what: 'a time zone that there is not',
      env: { HELIOGRAPH_TIME_ZONE: 'Berlin' },
      sentence: 'HELIOGRAPH_TIME_ZONE: expected a time zone such as Europe/Berlin',
    },
    {
      what: 'a language that there is not',
      env: { HELIOGRAPH_LOCALE: 'german' },
      sentence: 'HELIOGRAPH_LOCALE: expected a language such as de or en-IN',
    },
    {
      what: 'a summary at no time of the day',
      env: { HELIOGRAPH_SUMMARY_TIME: '25:00' },
      sentence: 'HELIOGRAPH_SUMMARY_TIME: expected a time such as 08:00, or off',
    },
    {
      what: 'a health endpoint that listens nowhere',
      env: { HELIOGRAPH_HEALTH_LISTEN: '127.0.0.1:99999' },
      sentence: 'HELIOGRAPH_HEALTH_LISTEN: expected a port, or host:port, such as 127.0.0.1:8443',
    },
    {
      what: 'a Telegram token without a chat',
      env: { TELEGRAM_BOT_TOKEN: '1:secret' },
      sentence: 'TELEGRAM_BOT_TOKEN: goes together with TELEGRAM_CHAT_ID',
    },
  ])('$what', async ({ args = [], env = {}, sentence, exitCode = 78 }) => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'a-file'), 'this is no database '.repeat(100));
    const result = await runCli(['start', ...args], { cwd: folder.path, env });
    expect(result.stderr).toContain(sentence);
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
    expect(result.stderr).not.toContain('secret');
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: exitCode, stdout: '' });
  });
});
