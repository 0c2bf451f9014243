import { MarketEvent, toMs } from '@heliograph/contracts';
import { connectJetStreamBus } from '@heliograph/contracts/bus';
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
    const before = (await candlesIn(dataDir)).length;
    await moreThan(dataDir, before + 12);
    first.kill('SIGKILL');
    await first.result;
    await using second = startCli(args, { cwd, env });
    await moreThan(dataDir, before + 32);
    expectTruth(await candlesIn(dataDir), prices);
    const { stdout: listed } = await runCli(['signals', '--json'], { cwd });
    const ids: string[] = JSON.parse(listed).signals.map(({ id }: { id: string }) => id);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size, 'none twice').toBe(ids.length);
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
