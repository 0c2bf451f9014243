import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JournalEvent, parseEvent } from '@heliograph/contracts';
import { connectJetStreamBus, startNatsServer, type Bus } from '@heliograph/contracts/bus';
import {
  openDatabase,
  readDeadLetters,
  readOrders,
  readPortfolio,
  readTrades,
} from '@heliograph/trade-log';
import { lastValueFrom, map, toArray } from 'rxjs';
import { expect, test, vi } from 'vitest';
import { bareTrades } from '../testing/bare-trades.ts';
import { firstCandles } from '../testing/candles.ts';
import { runCli, startCli, temporaryFolder } from '../testing/cli.ts';

const feed = 'BTC_USD-30m-bitstamp.csv';

test.concurrent('five processes execute every signal once, whatever is killed and whatever else is published', async () => {
  await using folder = await temporaryFolder();
  const cwd = folder.path;
  await writeFile(join(cwd, feed), firstCandles(500));
  await using server = await startNatsServer({
    storeDir: join(cwd, 'nats'),
    path: process.env['PATH'],
  });
  const { port, user, password } = server;
  const env = { NATS_URL: `nats://${user}:${password}@127.0.0.1:${port}` };
  const run = (...args: string[]) => startCli(['run', ...args], { cwd, env });

  await using tradeLog = run('trade-log', '--db', 'log.sqlite');
  await using notifier = run('notifier');
  await using workers = new AsyncDisposableStack();
  const execution = new Map(
    ['one', 'two', 'three'].map((worker) => [
      `execution/${worker}`,
      workers.use(run('execution', '--worker', worker)),
    ]),
  );
  const services = [tradeLog, notifier, ...execution.values()];
  await Promise.all(services.map((service) => service.said('stderr', /"msg":"started"/)));
  await using engine = run('signal-engine', '--feed', feed, '--speed', '360000');

  await notifier.said('stdout', /opened/);
  await using bus = await connectJetStreamBus({
    servers: server.url,
    credentials: { user, password },
    name: 'test',
  });
  const subject = 'trade_signal.sma-cross.bitstamp.BTC-USD';
  await bus.publish({ subject, id: 'not-json', body: '{' });
  await bus.publish({ subject, id: 'no-signal', body: '{"type":"trade_signal"}' });
  await notifier.said('stdout', /closed/i);
  const killed = (await authorsOn(bus)).at(-1) ?? '';
  execution.get(killed)?.kill('SIGKILL');

  expect(await engine.result, 'the engine ends with its feed').toMatchObject({ code: 0 });
  using log = readableLog(join(cwd, 'log.sqlite'));
  const portfolio = await vi.waitUntil(() => ended(log.database), { timeout: 60_000 });
  await vi.waitUntil(() => readDeadLetters(log.database).length >= 2, { timeout: 60_000 });

  const args = ['backtest', '--json', '--candles', feed];
  const expected = JSON.parse((await runCli(args, { cwd })).stdout);
  expect(readTrades(log.database, { portfolio })).toMatchObject(bareTrades(expected.trades));
  const replay = ['replay', '--json', '--db', 'log.sqlite'];
  const replayed = JSON.parse((await runCli(replay, { cwd })).stdout);
  expect(replayed.decisionsHash).toBe(expected.decisionsHash);

  const orders = readOrders(log.database, { portfolio });
  expect(new Set(orders.map(({ signalId }) => signalId)).size).toBe(orders.length);
  const authors = await authorsOn(bus);
  expect(authors, 'none was intended twice').toHaveLength(orders.length);
  expect(new Set(authors).size, 'they share the load').toBeGreaterThan(1);
  expect(authors.lastIndexOf(killed), 'the others went on').toBeLessThan(authors.length - 1);

  execution.delete(killed);
  for (const service of [...execution.values(), notifier, tradeLog]) {
    service.kill('SIGTERM');
    expect(await service.result).toMatchObject({ code: 0 });
  }
});

test.concurrent('run says so when nothing answers at that address', async () => {
  const args = ['run', 'execution', '--nats', 'nats://127.0.0.1:1'];
  const { code, stdout, stderr } = await runCli(args, { cwd: '/' });
  expect(stderr).toBe(
    'heliograph: cannot reach NATS at nats://127.0.0.1:1 within 5 s: connection refused\n',
  );
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
});

function readableLog(path: string) {
  const database = openDatabase(path, { readOnly: true });
  return { database, [Symbol.dispose]: () => void database.close() };
}

/** Who wrote each order into a journal, in order. */
function authorsOn(bus: Bus): Promise<string[]> {
  return lastValueFrom(
    bus.read({ stream: 'TRADING', subject: 'trading.*.order_intended' }).pipe(
      map(({ body }) => parseEvent(JournalEvent, body).source),
      toArray(),
    ),
  );
}

/** The portfolio, once its tape has ended. */
function ended(database: ReturnType<typeof openDatabase>): string | undefined {
  const portfolio = readPortfolio(database);
  return portfolio?.end ? portfolio.portfolio : undefined;
}
