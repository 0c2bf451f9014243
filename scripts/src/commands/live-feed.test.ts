import { MarketEvent, SymbolName, Timeframe, toMs, Venue } from '@heliograph/contracts';
import { connectJetStreamBus } from '@heliograph/contracts/bus';
import { createSignalMachine, smaCross } from '@heliograph/signal-engine';
import { firstValueFrom, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { klineOf } from '../../../execution/src/testing/binance-double/klines.ts';
import { readServerFile } from '../control/server-file.ts';
import { runCli, startCli, temporaryFolder } from '../testing/cli.ts';
import { startExchange } from '../testing/exchange.ts';

const timeout = 120_000;
const symbols = ['BTC/USDT', 'ETH/USDT'];
const feed = `ccxt:binance:${symbols.join(',')}:1s`;
const args = ['start', '--feed', feed, '--warm-up', '60', '--json', '--quiet'];

interface Told {
  readonly symbol: string;
  readonly openMs: number;
  readonly values: readonly number[];
  readonly body: string;
}

/** Every candle on the live tape, as it stands on the bus. */
async function candlesIn(dataDir: string): Promise<Told[]> {
  await using bus = await connectJetStreamBus({
    ...(await readServerFile(dataDir)),
    name: 'test',
    provision: false,
  });
  const messages = await firstValueFrom(
    bus.read({ stream: 'MARKET', subject: 'market.candle.>' }).pipe(toArray()),
  );
  return messages.flatMap(({ body }) => {
    const event = MarketEvent.parse(JSON.parse(body));
    if (event.type !== 'candle_closed') return [];
    const { symbol, openTime, open, high, low, close, volume } = event.data;
    expect(event.data.tape.id).toBe('live');
    return [
      {
        symbol,
        openMs: toMs(openTime),
        values: [open, high, low, close, volume].map(Number),
        body,
      },
    ];
  });
}

async function moreThan(dataDir: string, count: number): Promise<void> {
  const found = async (): Promise<number> =>
    candlesIn(dataDir).then(
      ({ length }) => length,
      // The server may not be there yet.
      () => 0,
    );
  await expect.poll(found, { timeout: 60_000, interval: 500 }).toBeGreaterThan(count);
}

/** They follow each other without a gap or a repeat, and are what the exchange says. */
function expectTruth(candles: readonly Told[], prices: Readonly<Record<string, number>>): void {
  for (const symbol of symbols) {
    const own = candles.filter((candle) => candle.symbol === symbol);
    const first = own[0]?.openMs ?? 0;
    expect(own.map(({ openMs }) => openMs)).toEqual(own.map((_, at) => first + at * 1_000));
    for (const { openMs, values } of own)
      expect(values).toEqual(klineOf(prices[symbol] ?? 0, openMs, 1_000));
  }
}

interface Listed {
  readonly id: string;
  readonly symbol: string;
  readonly side: string;
  readonly time: number;
  readonly expiryTime: number;
}

/** What the strategy makes of the exchange's own candles, in the time that was told. */
function signalsOnTruth(
  candles: readonly Told[],
  prices: Readonly<Record<string, number>>,
  untilMs: number,
): string[] {
  const machine = createSignalMachine({
    strategy: smaCross.configure({}),
    tape: 'truth',
    mode: 'paper',
    runId: 'truth',
    source: 'signal-engine/test',
    onError: ({ error }) => expect.unreachable(String(error)),
  });
  return symbols
    .flatMap((symbol) => {
      const times = candles.filter((each) => each.symbol === symbol).map(({ openMs }) => openMs);
      const firstMs = Math.min(...times);
      const lastMs = Math.min(Math.max(...times), untilMs - 1_000);
      const signals: string[] = [];
      for (let openMs = firstMs - 60_000; openMs <= lastMs; openMs += 1_000) {
        const [open, high, low, close, volume] = klineOf(prices[symbol] ?? 0, openMs, 1_000);
        const closeTime = openMs + 1_000;
        const values = { openTime: openMs, closeTime, open, high, low, close, volume };
        const candle = {
          venue: Venue.parse('binance'),
          symbol: SymbolName.parse(symbol),
          timeframe: Timeframe.parse('1s'),
          ...values,
        };
        for (const { data } of machine.onInstant({ time: closeTime, candles: [candle] }, closeTime))
          if (openMs >= firstMs) signals.push(`${symbol} ${data.side} ${closeTime}`);
      }
      return signals;
    })
    .toSorted();
}

async function pricesOf(url: string): Promise<Record<string, number>> {
  const response = await fetch(`${url}/api/v3/ticker/price`);
  const prices: { symbol: string; price: string }[] = JSON.parse(await response.text());
  const priceOf = (symbol: string): number =>
    Number(prices.find((each) => each.symbol === symbol.replace('/', ''))?.price);
  return Object.fromEntries(symbols.map((symbol) => [symbol, priceOf(symbol)]));
}

describe('a live market', { timeout }, () => {
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
    const told = await candlesIn(dataDir);
    expectTruth(told, prices);
    const { stdout: listed } = await runCli(['signals', '--json'], { cwd });
    const signals: Listed[] = JSON.parse(listed).signals;
    expect(signals.length).toBeGreaterThan(0);
    const ids = new Set(signals.map(({ id }) => id));
    expect(ids.size, 'none twice').toBe(signals.length);
    const untilMs = Math.max(...signals.map((signal) => signal.time));
    expect(
      signals.map(({ symbol, side, time }) => `${symbol} ${side} ${time}`).toSorted(),
      'what an undisturbed market has',
    ).toEqual(signalsOnTruth(told, prices, untilMs));
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
