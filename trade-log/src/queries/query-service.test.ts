import { Big, queryNames, subjects, SymbolName, toTime } from '@heliograph/contracts';
import { askTradeLog, createMemoryServer, type Bus } from '@heliograph/contracts/bus';
import { createSilentLogger } from '@heliograph/contracts/service';
import {
  aCandleEvent,
  anExitSignal,
  aSignal,
  eventually,
  startTestNats,
} from '@heliograph/contracts/testing';
import type { Database } from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEventStore } from '../store/event-store.ts';
import { startLogQueries } from './query-service.ts';
import {
  candleMessage,
  createJournal,
  createPlaces,
  signalMessage,
  startMs,
} from '../testing/history.ts';
import { openMemoryDatabase } from '../testing/temp-database.ts';

const log = createSilentLogger();
const btc = SymbolName.parse('BTC/USDT');
const at = (minutes: number): string => toTime(startMs + minutes * 60_000);

/** Ten trades of ten minutes, one signal skipped at the end, and a position since. */
function fill(database: Database): void {
  const store = createEventStore(database);
  const place = createPlaces({
    MARKET: store.stream('MARKET', 'a').id,
    SIGNALS: store.stream('SIGNALS', 'a').id,
    TRADING: store.stream('TRADING', 'a').id,
  });
  const paper = createJournal('paper');
  const skipped = aSignal({ time: at(200), data: { symbol: 'ETH/USDT' } });
  store.keep([
    ...[190, 191, 192].map((minute) => {
      const openTime = startMs + minute * 60_000;
      const event = aCandleEvent({ openTime, closeTime: openTime + 60_000 });
      return place('MARKET', candleMessage(event));
    }),
    place('TRADING', paper.opened()),
  ]);
  for (let trade = 0; trade < 10; trade++) {
    const entry = aSignal({ time: at(10 * trade + 1) });
    const exit = anExitSignal({ time: at(10 * trade + 5) });
    store.keep([
      ...[entry, exit].map((signal) => place('SIGNALS', signalMessage(signal))),
      ...[
        paper.intended(entry),
        paper.accepted(entry),
        paper.filled(entry),
        paper.positionChanged(entry, '1', '900'),
        paper.intended(exit),
        paper.filled(exit),
        paper.positionChanged(exit, '0', '1000'),
        paper.closed(entry, exit, trade % 2 === 0 ? '2.5' : '-1'),
      ].map((message) => place('TRADING', message)),
    ]);
  }
  const open = aSignal({ time: at(190) });
  store.keep([
    ...[open, skipped].map((signal) => place('SIGNALS', signalMessage(signal))),
    ...[
      paper.intended(open),
      paper.filled(open),
      paper.positionChanged(open, '1', '900'),
      paper.skipped(skipped),
    ].map((message) => place('TRADING', message)),
  ]);
}

const buses: Readonly<Record<string, () => Promise<{ bus: Bus } & AsyncDisposable>>> = {
  async memory() {
    const bus = createMemoryServer().connect();
    return { bus, [Symbol.asyncDispose]: () => bus.close() };
  },
  async JetStream() {
    await using opened = new AsyncDisposableStack();
    const nats = opened.use(await startTestNats());
    const bus = opened.use(await nats.connect());
    const kept = opened.move();
    return { bus, [Symbol.asyncDispose]: () => kept.disposeAsync() };
  },
};

describe.concurrent.each(Object.entries(buses))('over %s', (_name, open) => {
  async function start() {
    await using opened = new AsyncDisposableStack();
    const { bus } = opened.use(await open());
    const { database } = opened.use(openMemoryDatabase());
    fill(database);
    opened.use(startLogQueries({ bus, database, log }));
    await eventually(async () => {
      await bus.request(subjects.query('portfolios'), '', { timeoutMs: 200 });
    });
    const kept = opened.move();
    return { bus, database, [Symbol.asyncDispose]: () => kept.disposeAsync() };
  }

  test('every question has an answer that its schema knows', async () => {
    await using here = await start();
    const { bus } = here;
    const signalId = aSignal({ time: at(1) }).id;
    const asked: Readonly<Record<string, object>> = {
      story: { signalId },
      chart: { symbol: btc },
      order: { orderId: 'unknown' },
    };
    for (const name of queryNames) {
      const answer = await askTradeLog(bus, name, asked[name] ?? {});
      expect(answer).toMatchObject({ status: 'ok' });
    }
  });

  test('positions, orders, trades and signals are those of the portfolio, the latest first', async () => {
    await using here = await start();
    const { bus } = here;
    expect(await askTradeLog(bus, 'positions', {})).toMatchObject({
      result: { portfolio: 'paper', positions: [{ symbol: 'BTC/USDT', time: at(191) }] },
    });
    expect(await askTradeLog(bus, 'orders', { limit: 1 })).toMatchObject({
      result: { orders: [{ time: at(190), status: 'filled' }], next: expect.any(String) },
    });
    expect(await askTradeLog(bus, 'orders', { status: ['rejected'] })).toMatchObject({
      result: { orders: [], next: null },
    });
    expect(await askTradeLog(bus, 'trades', { limit: 1 })).toMatchObject({
      result: { trades: [{ exitTime: at(96), pnl: '-1' }] },
    });
    expect(
      await askTradeLog(bus, 'signals', { symbol: SymbolName.parse('ETH/USDT') }),
    ).toMatchObject({
      result: { signals: [{ status: 'skipped', reason: 'MAX_POSITIONS' }], next: null },
    });
  });

  test('how it stands with what is open', async () => {
    await using here = await start();
    const { bus } = here;
    expect(await askTradeLog(bus, 'standing', {})).toMatchObject({
      result: {
        portfolios: [
          {
            portfolio: 'paper',
            cash: '900',
            equityFrom: 'cost',
            tradingState: 'ACTIVE',
            stateAuthor: null,
            openPositions: 1,
            incidents: [],
          },
        ],
      },
    });
    const unknown = await askTradeLog(bus, 'standing', { portfolio: 'nobody' });
    expect(unknown).toMatchObject({ status: 'error', error: { code: 'NOT_FOUND' } });
  });

  test('what each symbol and each strategy brought', async () => {
    await using here = await start();
    const { bus } = here;
    const row = { trades: 10, wins: 5, losses: 5, pnl: '7.5', fees: '2', averageHoldMs: 240_000 };
    expect(await askTradeLog(bus, 'breakdown', {})).toMatchObject({
      result: { currency: 'USDT', rows: [{ name: 'BTC/USDT', ...row }] },
    });
    expect(await askTradeLog(bus, 'breakdown', { by: 'exitReason', to: at(50) })).toMatchObject({
      result: { rows: [{ trades: 5, pnl: '5.5' }] },
    });
  });

  test('the candles of a symbol and its fills there', async () => {
    await using here = await start();
    const { bus } = here;
    expect(await askTradeLog(bus, 'chart', { symbol: btc })).toMatchObject({
      result: {
        symbol: 'BTC/USDT',
        timeframe: '1m',
        candles: [191, 192, 193].map((minute) => expect.arrayContaining([at(minute)])),
        fills: [{ side: 'buy', time: at(191) }],
      },
    });
    const eth = SymbolName.parse('ETH/USDT');
    expect(await askTradeLog(bus, 'chart', { symbol: eth })).toMatchObject({
      error: { code: 'NOT_FOUND', message: expect.stringContaining('logged are BTC/USDT 1m') },
    });
  });

  test('pages follow each other without a gap', async () => {
    await using here = await start();
    const { bus } = here;
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const answer = await askTradeLog(bus, 'trades', { limit: 3, ...(cursor && { cursor }) });
      if (answer.status === 'error') throw new Error(answer.error.message);
      seen.push(...answer.result.trades.map(({ exitTime }) => exitTime));
      cursor = answer.result.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(Array.from({ length: 10 }, (_, trade) => at(10 * (9 - trade) + 6)));
  });

  test('profit by day, and what it all came to', async () => {
    await using here = await start();
    const { bus } = here;
    expect(await askTradeLog(bus, 'profit', { period: 'week' })).toMatchObject({
      result: {
        currency: 'USDT',
        periods: [{ from: at(0), trades: 10, wins: 5, losses: 5, pnl: '7.5', fees: '2' }],
      },
    });
    expect(await askTradeLog(bus, 'profit', { to: at(50) })).toMatchObject({
      result: { periods: [{ trades: 5, pnl: '5.5' }] },
    });
    expect(await askTradeLog(bus, 'performance', {})).toMatchObject({
      result: { trades: 10, winRate: 0.5, openPositions: 1, skipped: { MAX_POSITIONS: 1 } },
    });
  });

  test('what it came to counts what is still open, as its standing does', async () => {
    await using here = await start();
    const { bus } = here;
    const [performance, standing] = [
      await askTradeLog(bus, 'performance', {}),
      await askTradeLog(bus, 'standing', {}),
    ];
    if (performance.status === 'error' || standing.status === 'error') throw new Error('refused');
    const { finalEquity, startCash, realisedPnl, netPnl, ...figures } = performance.result;
    const [{ equity } = { equity: '' }] = standing.result.portfolios;
    expect(finalEquity).toBe(equity);
    expect(new Big(finalEquity).minus(startCash).toFixed()).toBe(netPnl);
    expect(netPnl, 'the fee of the entry').not.toBe(realisedPnl);
    expect(figures).toMatchObject({
      longestWinningStreak: 1,
      sharpe: null,
      drawdownOf: 'closed-trades',
    });
  });

  test('the story of a signal has what followed from it, and nothing of the next one', async () => {
    await using here = await start();
    const { bus } = here;
    const answer = await askTradeLog(bus, 'story', { signalId: aSignal({ time: at(1) }).id });
    if (answer.status === 'error') throw new Error(answer.error.message);
    const { events, complete } = answer.result;
    expect(events.map(({ type }) => type)).toEqual([
      'trade_signal',
      'order_intended',
      'order_accepted',
      'order_filled',
      'position_changed',
      'trade_closed',
    ]);
    expect(events[0]).toMatchObject({ portfolio: null, time: at(1), orderId: null });
    expect(complete).toBe(true);
  });

  test.for<[string, string, string, RegExp]>([
    ['orders', '{"limit":0}', 'BAD_REQUEST', /^limit: /],
    ['orders', '{"limit":100000}', 'BAD_REQUEST', /^limit: /],
    ['orders', '{"symbols":"BTC/USDT"}', 'BAD_REQUEST', /symbols/],
    ['orders', '{', 'BAD_REQUEST', /not JSON/],
    ['orders', '[]', 'BAD_REQUEST', /^request: /],
    ['orders', `{"cursor":"${'x'.repeat(20_000)}"}`, 'BAD_REQUEST', /bytes/],
    ['orders', '{"cursor":"none"}', 'NOT_FOUND', /cursor none/],
    ['orders', '{"portfolio":"none"}', 'NOT_FOUND', /portfolio none/],
    ['orders', `{"portfolio":"' OR 1=1 --"}`, 'BAD_REQUEST', /^portfolio: /],
    ['story', '{"signalId":"none"}', 'NOT_FOUND', /signal none/],
    ['trades', '{"from":"yesterday"}', 'BAD_REQUEST', /^from: /],
    ['profit', '{"period":"year"}', 'BAD_REQUEST', /^period: /],
    ['secrets', '{}', 'UNKNOWN_QUERY', /query\.orders/],
  ])('%s with %s is answered with %s', async ([name, body, code, message]) => {
    await using here = await start();
    const answer = JSON.parse(await here.bus.request(`query.${name}`, body));
    expect(answer).toEqual({
      status: 'error',
      error: { code, message: expect.stringMatching(message) },
    });
  });
});

test('whatever is asked, it is answered, and the next one as well', async () => {
  await using bus = createMemoryServer().connect();
  using memory = openMemoryDatabase();
  fill(memory.database);
  await using _service = startLogQueries({ bus, database: memory.database, log });
  const name = fc.constantFrom(...queryNames);
  const body = fc.oneof(
    fc.json(),
    fc.string(),
    fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value)),
  );
  await fc.assert(
    fc.asyncProperty(name, body, async (query, text) => {
      const answer = JSON.parse(await bus.request(subjects.query(query), text));
      expect(['ok', 'error']).toContain(answer.status);
    }),
  );
});

test('a log that cannot be read says so, and says no more', async () => {
  await using bus = createMemoryServer().connect();
  using memory = openMemoryDatabase();
  await using _service = startLogQueries({ bus, database: memory.database, log });
  expect(await askTradeLog(bus, 'orders', {})).toMatchObject({
    error: { code: 'NOT_FOUND', message: 'the log has no portfolio yet' },
  });
  memory.database.exec('DROP TABLE fills; ALTER TABLE portfolios RENAME TO elsewhere');
  expect(await askTradeLog(bus, 'orders', {})).toEqual({
    status: 'error',
    error: { code: 'UNAVAILABLE', message: 'the log cannot be read at present' },
  });
});

test('of two logs one answers; when it stops, the other does; then nobody', async () => {
  await using bus = createMemoryServer().connect();
  using memory = openMemoryDatabase();
  fill(memory.database);
  await using one = startLogQueries({ bus, database: memory.database, log });
  await using two = startLogQueries({ bus, database: memory.database, log });
  expect(await askTradeLog(bus, 'positions', {})).toMatchObject({ status: 'ok' });
  await one.stop();
  expect(await askTradeLog(bus, 'positions', {})).toMatchObject({ status: 'ok' });
  await two.stop();
  await expect(askTradeLog(bus, 'positions', {})).rejects.toMatchObject({ code: 'NO_RESPONDERS' });
});
